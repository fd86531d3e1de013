// When an asynchronous event is tried again: the tables of the original, as pure functions.

const MINUTE_MS = 60_000;

/** AWS: after the first failure of the function one minute, after the second two. */
const functionErrorDelaysMs = [MINUTE_MS, 2 * MINUTE_MS] as const;
/** AWS: throttles and system errors go back to the queue for 1 s at first and 5 minutes at most. */
const systemErrorDelayMsMin = 1000;
const systemErrorDelayMsMax = 5 * MINUTE_MS;

export interface AsyncFailure {
  /** `function`: the code failed, timed out or crashed; it uses up a retry. `system`: throttled, or the platform failed. */
  readonly kind: "function" | "system";
  /** Failures of the function so far, this one included when it is one. */
  readonly functionFailures: number;
  /** Deliveries in a row since the event was last enqueued, this one included. */
  readonly deliveries: number;
  readonly ageMs: number;
}

export interface AsyncRetryRules {
  readonly retriesMax: number;
  readonly ageMsMax: number;
}

export type RetryPlan =
  | { readonly kind: "again"; readonly delayMs: number }
  | { readonly kind: "give-up"; readonly because: "RetriesExhausted" | "EventAgeExceeded" };

/** What becomes of an asynchronous event after a failed attempt. */
export function planAsyncRetry(failure: AsyncFailure, rules: AsyncRetryRules): RetryPlan {
  if (failure.kind === "function" && failure.functionFailures > rules.retriesMax) return { kind: "give-up", because: "RetriesExhausted" };
  const delayMs = failure.kind === "function" ? functionErrorDelay(failure.functionFailures) : systemErrorDelay(failure.deliveries);
  if (failure.ageMs + delayMs > rules.ageMsMax) return { kind: "give-up", because: "EventAgeExceeded" };
  return { kind: "again", delayMs };
}

function functionErrorDelay(failures: number): number {
  return functionErrorDelaysMs[Math.min(failures, functionErrorDelaysMs.length) - 1] ?? functionErrorDelaysMs[0];
}

function systemErrorDelay(deliveries: number): number {
  // 2 ** 20 seconds is far past the cap; the bound keeps the power finite.
  return Math.min(systemErrorDelayMsMax, systemErrorDelayMsMin * 2 ** Math.min(20, Math.max(0, deliveries - 1)));
}
