// One lane of a shard: batches one after the other, each until it is done with or given up. Partition keys of one lane keep their order.
import type { InvokeResult } from "../../../functions/function.ts";
import type { Clock } from "../../../kernel/clock.ts";
import { verdictOf } from "../answer.ts";
import { invokeBatch, type BatchEnd } from "../invocation.ts";
import type { Mapping, StreamReading } from "../mapping.ts";
import { ABSENCE_MS, pause, type PollerDeps } from "../poller.ts";
import { problems, type Tally } from "../tally.ts";
import { afterFailure, tooOld, untilTooOld } from "./after-failure.ts";
import type { Counted, LaneFailures } from "./failures.ts";
import type { GivenUp } from "./failure-record.ts";
import type { Step } from "./progress.ts";
import type { SourceRecord } from "./stream-source.ts";
import { stateIn } from "./windows.ts";

/** A record on its way. */
export interface Item {
  readonly record: SourceRecord;
  readonly step: Step;
  /** Its event as JSON. */
  readonly text: string;
  readonly bytes: number;
}

interface Work extends Counted<Item> {
  /** Failures since the server was started. */
  readonly recent: number;
  /** Times in a row that it could not run. */
  readonly refusals: number;
  readonly last: { readonly requestId: string; readonly result: InvokeResult } | undefined;
}

export interface LaneDeps {
  readonly heart: PollerDeps["heart"];
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly tally: Tally;
  readonly failures: LaneFailures;
  /** A batch failed, which the lane's failures know; it is tried again. */
  readonly failed: () => void;
  /** These records are done with. */
  readonly settled: (items: readonly Item[]) => void;
  /** These were given up; resolves when that is durable, false when it does not matter any more. */
  readonly giveUp: (items: readonly Item[], given: GivenUp) => Promise<boolean>;
}

/** What an event of a tumbling window says and keeps beside its records. */
export interface Frame {
  /** Members of the event. */
  readonly fields: () => Readonly<Record<string, unknown>>;
  /** A new state that an answer brought. */
  readonly keep: (state: unknown, tooLarge: boolean) => void;
}

/** Works until the batch is done with; leaves it when the signal aborts. An empty batch is one invocation without records. */
export async function workOff(batch: readonly Item[], mapping: Mapping & { readonly settings: { readonly stream: StreamReading } }, deps: LaneDeps, frame?: Frame): Promise<void> {
  const { heart, clock, signal, tally, failures: memory } = deps;
  const rules = mapping.settings.stream;
  const stack = memory.cut(batch).map(({ items, failures, invocations }): Work => ({ items, failures, recent: 0, refusals: 0, invocations, last: undefined }));
  for (let work = stack.shift(); work && !signal.aborted; work = stack.shift()) {
    const old = tooOld(work.items.map(({ record }) => record.arrivedMs), clock.now(), rules.ageSecondsMax);
    if (old > 0) {
      if (old < work.items.length) stack.unshift({ ...work, items: work.items.slice(old) });
      if (!(await giveUp(work, work.items.slice(0, old), "RecordAgeExceeded"))) return;
      continue;
    }
    const { end, failedFrom } = judged(await invokeBatch(heart, mapping.function, payloadOf(work.items, frame), undefined), work);
    if (end.kind === "answered") {
      tally.batches++;
      tally.events += work.items.length;
      tally.lastResult = "OK";
      memory.left(stack);
      deps.settled(work.items);
      continue;
    }
    // Ends of a server that stops say nothing about the records: they are read again after the start.
    if (signal.aborted) return;
    const ran = end.kind === "failed";
    if (end.kind === "throttled") tally.throttles++;
    if (ran) {
      tally.batches++;
      tally.failedBatches++;
      tally.lastResult = problems.failed;
    }
    if (end.kind === "missing") {
      tally.lastResult = problems.noFunction;
      await pause(clock, ABSENCE_MS, signal);
    }
    const failures = work.failures + (ran ? 1 : 0);
    const recent = work.recent + (ran ? 1 : 0);
    const refusals = ran ? 0 : work.refusals + 1;
    const next: Work = { ...work, failures, recent, refusals, invocations: work.invocations + (ran ? 1 : 0), last: ran ? { requestId: end.requestId, result: end.result } : work.last };
    const then = afterFailure({ kind: ran ? "function" : "system", size: work.items.length, ...(failedFrom === undefined ? {} : { failedFrom }), failures, recent, refusals }, rules);
    switch (then.kind) {
      case "again":
        stack.unshift(next);
        break;
      case "advance":
        deps.settled(work.items.slice(0, then.from));
        tally.events += then.from;
        stack.unshift({ ...next, items: work.items.slice(then.from), failures: 0, recent: 0, invocations: 0 });
        break;
      case "split": {
        const half = { ...next, failures: work.failures, recent: work.recent };
        stack.unshift({ ...half, items: work.items.slice(0, then.at) }, { ...half, items: work.items.slice(then.at) });
        break;
      }
      case "discard":
        if (!(await giveUp(next, next.items, "RetryAttemptsExhausted"))) return;
        continue;
    }
    memory.left(stack);
    if (ran) deps.failed();
    // Those that grow too old meanwhile are given up then, not when the next try would be due.
    const first = stack[0]?.items[0];
    await pause(clock, first ? Math.min(then.delayMs, untilTooOld(first.record.arrivedMs, clock.now(), rules.ageSecondsMax)) : then.delayMs, signal);
  }

  function giveUp(work: Work, items: readonly Item[], condition: GivenUp["condition"]): Promise<boolean> {
    tally.dropped += items.length;
    memory.left(stack);
    const { requestId = "", result } = work.last ?? {};
    return deps.giveUp(items, { condition, records: items.map(({ record }) => record), requestId, result, invocations: work.invocations, nowMs: clock.now() });
  }

  /** What an answer says makes some of them failures. */
  function judged(end: BatchEnd & { readonly requestId: string }, work: Work): { readonly end: BatchEnd & { readonly requestId: string }; readonly failedFrom?: number } {
    if (end.kind !== "answered") return { end };
    const { result, requestId } = end;
    const failed = { kind: "failed", result, requestId } as const;
    const state = frame && stateIn(result.payload);
    if (frame && !state) return { end: failed };
    const ids = work.items.map(({ record }) => record.sequenceNumber);
    const verdict = mapping.settings.partialFailures ? verdictOf(result.payload, new Set(ids)) : { kind: "all" as const };
    if (verdict.kind === "none") return { end: failed };
    // The lowest that failed is where it goes on, whatever is said of those behind it.
    const failedFrom = verdict.kind === "failed" ? ids.findIndex((id) => verdict.ids.has(id)) : undefined;
    if (state && failedFrom !== 0) frame.keep(state.state, state.tooLarge);
    return failedFrom === undefined ? { end } : { end: failed, failedFrom };
  }
}

function payloadOf(items: readonly Item[], frame: Frame | undefined): string {
  const records = `"Records":[${items.map(({ text }) => text).join(",")}]`;
  return frame ? `{${records},${JSON.stringify(frame.fields()).slice(1)}` : `{${records}}`;
}
