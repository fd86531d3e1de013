// What becomes of a batch of a stream that was not done with: tried again as a whole, from the first that failed, in halves, or given up.
import { backoff } from "../poller.ts";

export interface BatchRules {
  /** -1: without end. */
  readonly retriesMax: number;
  readonly bisect: boolean;
}

export interface Failure {
  /** `function`: it failed on the batch; `system`: it never ran, which uses up no retry. */
  readonly kind: "function" | "system";
  /** Records in the batch. */
  readonly size: number;
  /** Of the first record that failed, where the answer names it; those before it succeeded. */
  readonly failedFrom?: number;
  /** Failures of the function on this batch so far, this one included when it is one. */
  readonly failures: number;
  /** Those of them since the server was started. A start tries again at once, so the waits begin anew: a count that outlives it may not make them longer than lives are. */
  readonly recent: number;
  /** Times in a row that it could not run, this one included when it is one. */
  readonly refusals: number;
}

export type Then =
  | { readonly kind: "again"; readonly delayMs: number }
  /** Those before `from` are done with; the others are a new batch, with all the retries of one. */
  | { readonly kind: "advance"; readonly from: number; readonly delayMs: number }
  /** The first `at` records, then the others, each as a batch of its own; no retry is used up. */
  | { readonly kind: "split"; readonly at: number; readonly delayMs: number }
  | { readonly kind: "discard" };

/** Ours; the original doubles its waits too. */
const FIRST_MS = 200;
const FAILURE_MS_MAX = 60_000;
const REFUSAL_MS_MAX = 5_000;

export function afterFailure(failure: Failure, { retriesMax, bisect }: BatchRules): Then {
  const { kind, size, failedFrom = 0, failures, recent, refusals } = failure;
  if (kind === "system") return { kind: "again", delayMs: backoff(refusals, FIRST_MS, REFUSAL_MS_MAX) };
  // Progress starts the count anew, whatever failed before it: so the original counts.
  if (failedFrom > 0) return { kind: "advance", from: failedFrom, delayMs: FIRST_MS };
  const delayMs = backoff(recent, FIRST_MS, FAILURE_MS_MAX);
  if (bisect && size > 1) return { kind: "split", at: Math.ceil(size / 2), delayMs };
  if (retriesMax >= 0 && failures > retriesMax) return { kind: "discard" };
  return { kind: "again", delayMs };
}

/** How many records, from the first on, have grown too old. -1: none ever does. */
export function tooOld(arrivedMs: readonly number[], nowMs: number, ageSecondsMax: number): number {
  if (ageSecondsMax < 0) return 0;
  const fresh = arrivedMs.findIndex((arrived) => nowMs - arrived <= ageSecondsMax * 1000);
  return fresh < 0 ? arrivedMs.length : fresh;
}

/** How long until one that arrived then is too old. */
export const untilTooOld = (arrivedMs: number, nowMs: number, ageSecondsMax: number): number => (ageSecondsMax < 0 ? Infinity : arrivedMs + ageSecondsMax * 1000 + 1 - nowMs);
