import { describe, expect, test } from "vitest";
import { grown, onDemand, perSecond, roomFor, setAside, type FunctionLoad } from "./shares.ts";

const load = (reserved: number | undefined, active: Record<string, number>, provisioned: Record<string, number> = {}): FunctionLoad => ({ reserved, active: new Map(Object.entries(active)), provisioned: new Map(Object.entries(provisioned)), maxima: new Map([["capped", 2]]) });

describe("an invocation", () => {
  test("without a reservation takes what the account has left", () => {
    expect(roomFor("a", load(undefined, { a: 5 }), 3)).toEqual({ kind: "free", more: 3 });
    expect(roomFor("a", load(undefined, { a: 5 }), 0)).toEqual({ kind: "throttled", because: "ConcurrentInvocationLimitExceeded" });
  });

  test("with a reservation has that and no more, whatever the account has left", () => {
    expect(roomFor("a", load(2, { a: 1 }), 0)).toEqual({ kind: "free", more: 1 });
    expect(roomFor("a", load(2, { a: 1, b: 1 }), 900)).toEqual({ kind: "throttled", because: "ReservedFunctionConcurrentInvocationLimitExceeded" });
    expect(roomFor("a", load(0, {}), 900)).toMatchObject({ kind: "throttled" });
  });

  test("of a version with instances kept ready has those first, and spills over", () => {
    expect(roomFor("a", load(undefined, {}, { a: 2 }), 0)).toEqual({ kind: "free", more: 2 });
    expect(roomFor("a", load(undefined, { a: 2 }, { a: 2 }), 1)).toEqual({ kind: "free", more: 1 });
    expect(roomFor("a", load(undefined, { a: 2 }, { a: 2 }), 0)).toMatchObject({ kind: "throttled" });
  });

  test("of $LATEST finds nothing when another version keeps the whole reservation ready", () => {
    expect(roomFor("latest", load(2, {}, { a: 2 }), 900)).toEqual({ kind: "throttled", because: "ReservedFunctionConcurrentInvocationLimitExceeded" });
    expect(roomFor("a", load(2, { a: 1 }, { a: 2 }), 900)).toEqual({ kind: "free", more: 1 });
  });
});

test("in a second ten invocations may begin for each that may run at once, and are divided in the same way", () => {
  expect(roomFor("a", load(1, { a: 9 }), 0, perSecond)).toEqual({ kind: "free", more: 1 });
  expect(roomFor("a", load(1, { a: 9, b: 1 }), 900, perSecond)).toEqual({ kind: "throttled", because: "ReservedFunctionInvocationRateLimitExceeded" });
  expect(roomFor("a", load(undefined, { a: 100 }), 0, perSecond)).toEqual({ kind: "throttled", because: "FunctionInvocationRateLimitExceeded" });
  expect(roomFor("a", load(undefined, { a: 15 }, { a: 2 }), 3, perSecond)).toEqual({ kind: "free", more: 8 });
  expect(roomFor("latest", load(2, {}, { a: 2 }), 900, perSecond)).toMatchObject({ kind: "throttled" });
  expect(onDemand(load(undefined, { a: 35, b: 1 }, { a: 3 }), perSecond)).toBe(6);
});

test("a version with a maximum has no more than that, whatever else is free", () => {
  expect(roomFor("capped", load(undefined, { capped: 1 }), 900)).toEqual({ kind: "free", more: 1 });
  expect(roomFor("capped", load(undefined, { capped: 2 }), 900)).toEqual({ kind: "throttled", because: "ConcurrentInvocationLimitExceeded" });
});

test("concurrency grows by a thousand at once and a hundred a second from then on, and is not saved up", () => {
  const first = grown(undefined, 0, 0);
  expect(first.level).toBe(1000);
  const full = grown(first, 1000, 0);
  expect(full.level).toBe(1000);
  expect(grown(full, 1000, 2500).level).toBe(1250);
  expect(grown(full, 1000, 3_600_000).level).toBe(2000);
  expect(grown(grown(full, 1000, 3_600_000), 10, 3_600_001).level).toBe(1010);
});

test("what a function sets aside is its reservation, else what it keeps ready", () => {
  const provisioned = { live: { requested: 3, modifiedMs: 0 }, 2: { requested: 1, modifiedMs: 0 } };
  expect([setAside({ provisioned: {} }), setAside({ provisioned }), setAside({ reserved: 10, provisioned }), setAside({ reserved: 0, provisioned: {} }), setAside({ provisioned, scaling: { 3: { min: 5, max: 9 } } })]).toEqual([0, 4, 10, 0, 9]);
  expect(onDemand(load(undefined, { a: 5, b: 1 }, { a: 3 }))).toBe(3);
});
