// Opens the logs: one value is the heart's sink and holds the records, the reader and the sweep that keeps retention's promise.
import type { Clock } from "../../kernel/clock.ts";
import type { Store } from "../../ports/store.ts";
import type { LogGroups } from "./log-groups.ts";
import { logReader, readable } from "./reader.ts";
import { groupRecords, streamRecords } from "./records.ts";
import { openSink, type LogsLogger } from "./sink.ts";
import { sweepLogs } from "./sweep.ts";
import { openWriter } from "./writer.ts";

/** Ours: readers never see an expired event; this is only how soon its space comes back. */
const SWEEP_MS = 10 * 60_000;

export interface LogGroupsDeps {
  readonly store: Store;
  readonly clock: Clock;
  readonly logger: LogsLogger;
}

/** Reads see what the sink was given before them. Disposing writes what is left and stops the sweep. */
export function openLogGroups({ store, clock, logger }: LogGroupsDeps): LogGroups {
  const writer = openWriter({ store, clock });
  const sink = openSink({ writer, clock, logger });
  const reader = logReader(store);
  const groups = groupRecords({ store, clock });
  const streams = streamRecords({ store, clock });
  let closed = false;
  let sweeping: Promise<number> = Promise.resolve(0);
  const sweep = (): Promise<number> => (sweeping = sweeping.catch(() => 0).then(() => sweepLogs({ store, clock })));
  let cancelSweep = clock.after(SWEEP_MS, sweepAgain);

  function sweepAgain(): void {
    sweep()
      .catch((error: unknown) => logger.error({ err: error }, "Expired logs could not be removed; the next sweep tries again"))
      .finally(() => {
        if (!closed) cancelSweep = clock.after(SWEEP_MS, sweepAgain);
      });
  }

  return {
    write: sink.write,
    flush: sink.flush,
    groups: {
      ...groups,
      find: async (scope, name) => (await sink.settle(), groups.find(scope, name)),
      list: async (scope, query) => (await sink.settle(), groups.list(scope, query)),
    },
    streams: {
      ...streams,
      find: async (group, name) => (await sink.settle(), streams.find(group, name)),
      list: async (group, query) => (await sink.settle(), streams.list(group, query)),
    },
    events: {
      put: (group, stream, events) => writer.writeTo(group, stream, events),
      forward: (group, wanted, range, after, visit) => reader.forward(group, wanted, readable(group, range, clock.now()), after, visit),
      backward: (group, stream, range, before, visit) => reader.backward(group, stream, readable(group, range, clock.now()), before, visit),
    },
    sweep,
    [Symbol.asyncDispose]: async () => {
      closed = true;
      cancelSweep();
      await sink.close();
      await sweeping.catch(() => 0);
    },
  };
}
