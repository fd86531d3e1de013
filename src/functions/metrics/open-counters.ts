// Counts in memory, at the price of a few additions per invocation.
import { Fault } from "../../kernel/fault.ts";
import type { Queue } from "../../ports/queue.ts";
import { asyncPrefix, functionOf } from "../async/events.ts";
import type { InvokeResult } from "../function.ts";
import type { InstanceState } from "../instances/life.ts";
import { HISTOGRAM_MS, type HeartFigures, type Histogram } from "./figures.ts";

export interface Counters {
  /** An invocation has ended; `runtime` is the function's. */
  ended(runtime: string, result: Pick<InvokeResult, "durationMs" | "functionError" | "steps">): void;
  /** An invocation was refused with this; counted when there was too much of them. */
  refused(error: unknown): void;
  read(): Pick<HeartFigures, "coldStarts" | "invocations" | "throttles">;
}

export function openCounters(): Counters {
  const starts = new Map<string, { readonly kind: string; readonly runtime: string; readonly time: Tally }>();
  const invocations = { success: new Tally(), error: new Tally() };
  let throttles = 0;
  return {
    ended: (runtime, { durationMs, functionError, steps }) => {
      invocations[functionError ? "error" : "success"].add(durationMs);
      if (!steps) return;
      const { kind, sandboxMs, runtimeMs, codeMs = 0 } = steps;
      const start = starts.get(`${kind} ${runtime}`) ?? { kind, runtime, time: new Tally() };
      starts.set(`${kind} ${runtime}`, start);
      start.time.add(sandboxMs + runtimeMs + codeMs);
    },
    refused: (error) => {
      if (error instanceof Fault && error.code === "TooManyRequestsException") throttles++;
    },
    read: () => ({
      throttles,
      coldStarts: [...starts.values()].map(({ kind, runtime, time }) => ({ kind, runtime, time: time.read() })),
      invocations: (["success", "error"] as const).map((outcome) => ({ outcome, time: invocations[outcome].read() })),
    }),
  };
}

export function countStates(states: readonly InstanceState[]): HeartFigures["instances"] {
  const counts = { booting: 0, idle: 0, frozen: 0, reset: 0, busy: 0 };
  for (const state of states) if (state !== "dead") counts[state]++;
  return counts;
}

export async function readQueues(queue: Pick<Queue, "pending" | "counts">): Promise<HeartFigures["queues"]> {
  const pending = await queue.pending(asyncPrefix);
  return await Promise.all(pending.slice(0, QUEUES_MAX).map(async ({ queue: name }) => ({ function: functionOf(name).name, counts: await queue.counts(name) })));
}

/** Ours: a reading stays small, however many functions have events waiting. */
const QUEUES_MAX = 200;

class Tally {
  readonly #counts = HISTOGRAM_MS.map(() => 0);
  #count = 0;
  #sumMs = 0;

  add(ms: number): void {
    this.#count++;
    this.#sumMs += ms;
    // From above: most are short, and a step counts all below it.
    for (let at = HISTOGRAM_MS.length - 1; at >= 0 && ms <= (HISTOGRAM_MS[at] ?? 0); at--) this.#counts[at] = (this.#counts[at] ?? 0) + 1;
  }

  read(): Histogram {
    return { counts: [...this.#counts], count: this.#count, sumMs: this.#sumMs };
  }
}
