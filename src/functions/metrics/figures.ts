// What is counted while the heart works: numbers for whoever watches a machine, free of how they are written down.
import type { InstanceState } from "../instances/life.ts";
import type { QueueCounts } from "../../ports/queue.ts";

/** Counts in steps: `counts[i]` observations were at most `HISTOGRAM_MS[i]`. */
export interface Histogram {
  readonly counts: readonly number[];
  readonly count: number;
  readonly sumMs: number;
}

/** Upper bounds of the steps. */
export const HISTOGRAM_MS = [1, 2, 3, 5, 8, 12, 20, 35, 60, 100, 200, 500, 1000, 2000, 5000, 10_000] as const;

/** Since the start of the server, except where it says now. */
export interface HeartFigures {
  readonly instances: Readonly<Record<Exclude<InstanceState, "dead">, number>>;
  /** What all live instances are charged: those that can run their configured memory, those that wait what they have used; and what that sum may be. */
  readonly memory: { readonly chargedMb: number; readonly budgetMb: number };
  /** Booted ahead and waiting now, by runtime and the packages that are loaded (by comma). */
  readonly cells: readonly { readonly runtime: string; readonly ahead: string; readonly waiting: number }[];
  readonly coldStarts: readonly { readonly kind: string; readonly runtime: string; readonly time: Histogram }[];
  readonly invocations: readonly { readonly outcome: "success" | "error"; readonly time: Histogram }[];
  readonly throttles: number;
  /** Asynchronous events now, of functions that have any. */
  readonly queues: readonly { readonly function: string; readonly counts: QueueCounts }[];
}
