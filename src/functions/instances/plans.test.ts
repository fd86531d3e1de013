import { describe, expect, test } from "vitest";
import { planCapacity, worthBooting, type CapacityFigures } from "./capacity.ts";
import { planIdle } from "./idle-plan.ts";
import { nextState } from "./life.ts";

const figures: CapacityFigures = { hungry: [], bootsFree: 4, freeMb: 1000, instances: 3, instancesMax: 100, idle: [] };

describe("capacity", () => {
  test("boots in turn, so that a crowd at one function does not keep out another", () => {
    const hungry = [{ pool: "a", wanted: 9, memoryMb: 128 }, { pool: "b", wanted: 1, memoryMb: 128 }];
    expect(planCapacity({ ...figures, hungry })).toEqual({ boots: ["a", "b", "a", "a"], evictions: [] });
  });

  test("lets idle instances make room, the one used longest ago first, and no more than needed", () => {
    const idle = [{ id: "old", memoryMb: 100 }, { id: "mid", memoryMb: 100 }, { id: "new", memoryMb: 100 }];
    expect(planCapacity({ ...figures, freeMb: 50, idle, hungry: [{ pool: "a", wanted: 1, memoryMb: 200 }] })).toEqual({ boots: ["a"], evictions: ["old", "mid"] });
  });

  test("evicts nobody for a boot that would not fit even then, nor lets a smaller one pass", () => {
    const idle = [{ id: "old", memoryMb: 100 }];
    const hungry = [{ pool: "big", wanted: 1, memoryMb: 512 }, { pool: "small", wanted: 1, memoryMb: 64 }];
    expect(planCapacity({ ...figures, freeMb: 100, idle, hungry })).toEqual({ boots: [], evictions: [] });
  });

  test("lets no more live than there may be, however small they are", () => {
    const idle = [{ id: "old", memoryMb: 1 }, { id: "new", memoryMb: 1 }];
    const hungry = [{ pool: "a", wanted: 3, memoryMb: 1 }];
    expect(planCapacity({ ...figures, instancesMax: 4, idle, hungry })).toEqual({ boots: ["a", "a", "a"], evictions: ["old", "new"] });
    expect(planCapacity({ ...figures, instancesMax: 3, idle, hungry })).toEqual({ boots: ["a", "a"], evictions: ["old", "new"] });
    expect(planCapacity({ ...figures, instancesMax: 3, hungry })).toEqual({ boots: [], evictions: [] });
  });

  test("boots a function larger than the whole budget when nothing else runs", () => {
    const idle = [{ id: "old", memoryMb: 100 }];
    const hungry = [{ pool: "huge", wanted: 2, memoryMb: 9000 }];
    expect(planCapacity({ ...figures, instances: 0, hungry })).toEqual({ boots: ["huge"], evictions: [] });
    expect(planCapacity({ ...figures, instances: 1, idle, hungry })).toEqual({ boots: ["huge"], evictions: ["old"] });
    expect(planCapacity({ ...figures, instances: 2, idle, hungry })).toEqual({ boots: [], evictions: [] });
  });

  test("goes back to the budget after waking instances went past it", () => {
    const idle = [{ id: "old", memoryMb: 100 }, { id: "mid", memoryMb: 100 }, { id: "new", memoryMb: 100 }];
    expect(planCapacity({ ...figures, freeMb: -150, idle })).toEqual({ boots: [], evictions: ["old", "mid"] });
    expect(planCapacity({ ...figures, freeMb: -900, idle })).toEqual({ boots: [], evictions: ["old", "mid", "new"] });
  });

  test("adds an instance for queued events only when waiting for a busy one takes longer than a boot", () => {
    expect(worthBooting({ busy: 0, meanDurationMs: 1, bootMs: 100, quietMs: 50 })).toBe(true);
    expect(worthBooting({ busy: 3, meanDurationMs: undefined, bootMs: 100, quietMs: 50 })).toBe(true);
    expect(worthBooting({ busy: 2, meanDurationMs: 10, bootMs: 100, quietMs: 50 })).toBe(false);
    expect(worthBooting({ busy: 2, meanDurationMs: 1000, bootMs: 100, quietMs: 50 })).toBe(true);
    // The busy ones sleep for once: the mean is no excuse.
    expect(worthBooting({ busy: 1, meanDurationMs: 10, bootMs: 100, quietMs: 101 })).toBe(true);
  });
});

describe("idle instances", () => {
  const rules = { freezeAfterMs: 100, evictAfterMs: 600_000, ageMsMax: 3_600_000 };

  test("are frozen after a moment and evicted after long", () => {
    const idle = [
      { id: "ancient", freezable: false, idleSinceMs: 0 },
      { id: "resting", freezable: false, idleSinceMs: 500_000 },
      { id: "tired", freezable: true, idleSinceMs: 599_900 },
      { id: "fresh", freezable: true, idleSinceMs: 599_950 },
    ];
    expect(planIdle(idle, 600_000, rules)).toEqual({ freeze: ["tired"], evict: ["ancient"], nextMs: 600_050 });
  });

  test("go when they are old, however short they have been idle", () => {
    const idle = [{ id: "old", freezable: true, idleSinceMs: 3_600_000, bornMs: 0 }, { id: "aging", freezable: false, idleSinceMs: 3_600_000, bornMs: 500 }];
    expect(planIdle(idle, 3_600_000, rules)).toEqual({ freeze: [], evict: ["old"], nextMs: 3_600_500 });
  });

  test("that are none need no second look", () => {
    expect(planIdle([], 600_000, rules)).toEqual({ freeze: [], evict: [], nextMs: undefined });
  });
});

test("the life of an instance knows no shortcuts", () => {
  expect(nextState("booting", "booted")).toBe("idle");
  expect(nextState("busy", "crashed")).toBe("reset");
  expect(() => nextState("dead", "taken")).toThrow("bug: an instance that is dead can not have taken");
  expect(() => nextState("busy", "froze")).toThrow("bug");
});
