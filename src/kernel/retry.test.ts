import { expect, test } from "vitest";
import { planAsyncRetry } from "./retry.ts";

const rules = { retriesMax: 2, ageMsMax: 6 * 3_600_000 };
const failure = { kind: "function", functionFailures: 1, deliveries: 1, ageMs: 0 } as const;

test("a function's error is retried after one minute, then after two, then given up", () => {
  expect(planAsyncRetry(failure, rules)).toEqual({ kind: "again", delayMs: 60_000 });
  expect(planAsyncRetry({ ...failure, functionFailures: 2 }, rules)).toEqual({ kind: "again", delayMs: 120_000 });
  expect(planAsyncRetry({ ...failure, functionFailures: 3 }, rules)).toEqual({ kind: "give-up", because: "RetriesExhausted" });
});

test("with no retries the first error is the last", () => {
  expect(planAsyncRetry(failure, { ...rules, retriesMax: 0 })).toEqual({ kind: "give-up", because: "RetriesExhausted" });
});

test("a throttle backs off from one second to five minutes and uses up no retry", () => {
  const delays = [1, 2, 3, 9, 10, 1000].map((deliveries) => planAsyncRetry({ ...failure, kind: "system", functionFailures: 2, deliveries }, rules));
  expect(delays).toEqual([1000, 2000, 4000, 256_000, 300_000, 300_000].map((delayMs) => ({ kind: "again", delayMs })));
});

test("an event that would be too old at its next attempt is given up", () => {
  expect(planAsyncRetry({ ...failure, kind: "system", ageMs: rules.ageMsMax - 999 }, rules)).toEqual({ kind: "give-up", because: "EventAgeExceeded" });
  expect(planAsyncRetry({ ...failure, ageMs: rules.ageMsMax - 60_000 }, rules)).toEqual({ kind: "again", delayMs: 60_000 });
});
