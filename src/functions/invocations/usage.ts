// The meter: one small record per invocation, written in groups after the answers have gone.
import type { Clock } from "../../kernel/clock.ts";
import type { Log } from "../../ports/log.ts";
import { append, type Store } from "../../ports/store.ts";
import type { Version } from "../function.ts";
import type { Ran } from "./run-invocation.ts";

/** Enough to price an invocation on any provider's tariff. Units as the field's price lists have them. */
interface UsageRecord {
  readonly account: string;
  readonly region: string;
  readonly function: string;
  readonly version: string;
  readonly requestId: string;
  /** Epoch ms. */
  readonly start: number;
  readonly durationMs: number;
  readonly initMs: number | undefined;
  readonly billedMs: number;
  readonly memoryMB: number;
  readonly maxMemoryMB: number;
  readonly tmpMB: number;
  readonly arch: string;
  readonly status: string;
  readonly bytesIn: number;
  readonly bytesOut: number;
  /** The part of `bytesOut` that went as a stream. */
  readonly streamedBytes: number;
  readonly trigger: Trigger;
}

export type Trigger = "invoke" | "async" | "mapping";

export interface Meter {
  record(version: Version, ran: Ran, bytesIn: number, trigger: Trigger): void;
  /** Waits until all that was recorded is durable, or lost with a warning. */
  flush(): Promise<void>;
}

/** Ours: records written in one commit, and how long the first of them may wait. */
const groupMax = 500;
const groupMs = 1000;
/** Ours: records that wait while the disk does not take them; past it the oldest are lost, loudly. */
const backlogMax = 50_000;
/** Ours: records kept per account. A usage report that needs more must read them before they go; trimming happens in steps. */
const keptMax = 1_000_000;
const trimStep = 10_000;

export function openMeter(deps: {
  readonly store: Pick<Store, "commit">;
  readonly log: Pick<Log, "trim">;
  readonly clock: Clock;
  readonly warn: (sentence: string, error: unknown, fields: Readonly<Record<string, unknown>>) => void;
}): Meter {
  const { store, log, clock, warn } = deps;
  let waiting: UsageRecord[] = [];
  let cancel: (() => void) | undefined;
  let writing: Promise<void> = Promise.resolve();

  const write = async (): Promise<void> => {
    const group = waiting.splice(0, groupMax);
    if (group.length === 0) return;
    const streams = group.map(({ account }) => `usage/${account}`);
    try {
      const commit = await store.commit([], group.map((record, index) => append(streams[index] ?? "", record)));
      if (commit.ok) await trim(streams, commit.appended);
    } catch (error) {
      waiting = [...group, ...waiting];
      const lost = waiting.splice(0, Math.max(0, waiting.length - backlogMax)).length;
      warn("Usage records could not be written; they will be tried again.", error, { waiting: waiting.length, lost });
    }
  };
  const trim = async (streams: readonly string[], appended: readonly number[]): Promise<void> => {
    for (const [index, stream] of streams.entries()) {
      const seq = appended[index] ?? 0;
      if (seq % trimStep === 0 && seq > keptMax) await log.trim(stream, seq - keptMax);
    }
  };
  const schedule = (): void => {
    cancel ??= clock.after(groupMs, begin);
  };
  const begin = (): Promise<void> => {
    cancel?.();
    cancel = undefined;
    writing = writing.then(write).then(() => {
      if (waiting.length > 0) schedule();
    });
    return writing;
  };
  return {
    record: (version, ran, bytesIn, trigger) => {
      waiting.push(usageOf(version, ran, bytesIn, trigger));
      if (waiting.length % groupMax === 0) void begin();
      else schedule();
    },
    flush: async () => {
      // One pass per group, and no endless loop when the disk refuses.
      for (let passes = Math.ceil(waiting.length / groupMax); passes > 0; passes--) await begin();
      cancel?.();
      await writing;
    },
  };
}

function usageOf(version: Version, { result, ending, startedMs }: Ran, bytesIn: number, trigger: Trigger): UsageRecord {
  const { settings } = version;
  const { streamedBytes = 0 } = ending;
  return {
    account: version.account, region: version.region, function: version.name, version: version.version, requestId: result.requestId,
    start: startedMs, durationMs: Math.round(result.durationMs * 1000) / 1000, initMs: result.initMs, billedMs: result.billedMs,
    memoryMB: settings.memoryMb, maxMemoryMB: result.memoryPeakMb, tmpMB: settings.tmpMb, arch: settings.architecture, status: ending.status,
    bytesIn, bytesOut: result.payload.byteLength + streamedBytes, streamedBytes, trigger,
  };
}
