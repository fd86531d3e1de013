// Streams on the real engine with functions that are plain code: order, filters, windows, splits, restarts.
import { describe, expect, test } from "vitest";
import { seeded } from "../../../../test/contract/seeded.ts";
import { dataOf, openMappingHouse, put, recorder } from "../house-for-test.ts";

describe("a stream's records", () => {
  test("reach the function in batches and in order, from the beginning, from now on, or from a time on", async () => {
    const house = await openMappingHouse();
    const [all, late, since] = [recorder(), recorder(), recorder()];
    Object.assign(house.functions, { all: all.run, late: late.run, since: since.run });
    await put(house, "a1", "a2");
    await house.clock.advance(1000);
    const atMs = house.clock.now();
    await put(house, "a3");
    await house.mapStream("all", {}, { batchSize: 2 });
    await house.mapStream("late", { start: { kind: "LATEST" } });
    await house.mapStream("since", { start: { kind: "AT_TIMESTAMP", atMs } });
    await put(house, "a4");
    await house.until(() => all.done.length === 4 && late.done.length === 1 && since.done.length === 2);
    expect([all.done, late.done, since.done]).toEqual([["a1", "a2", "a3", "a4"], ["a4"], ["a3", "a4"]]);
    expect(all.batches[0]).toEqual(["a1", "a2"]);
    expect(house.mappings.status()[0]).toMatchObject({ lastResult: "OK", events: 4 });
  });

  test("that fail hold up those behind them, and no other mapping", async () => {
    const house = await openMappingHouse();
    let broken = true;
    const [stuck, free] = [recorder(() => broken), recorder()];
    Object.assign(house.functions, { stuck: stuck.run, free: free.run });
    await house.mapStream("stuck", {}, { batchSize: 1 });
    await house.mapStream("free", {}, { batchSize: 1 });
    await put(house, "a1", "a2");
    await house.until(() => stuck.batches.length > 3 && free.done.length === 2);
    expect(new Set(stuck.batches.flat())).toEqual(new Set(["a1"]));
    broken = false;
    await house.until(() => stuck.done.length === 2);
    expect(stuck.done).toEqual(["a1", "a2"]);
  });

  test("that no filter wants are passed by, also for the checkpoint", async () => {
    const house = await openMappingHouse();
    const seen = recorder();
    house.functions["f"] = seen.run;
    await house.mapStream("f", {}, { filters: ['{"data":{"n":[{"numeric":[">",1]}]}}'] });
    await house.source.put("shard-0", [{ key: "a", data: { n: 1 } }, { key: "a", data: "text" }, { key: "a", data: { n: 2 } }, { key: "a", data: { n: 0 } }]);
    await house.until(() => house.mappings.status()[0]?.filtered === 3 && seen.done.length === 1);
    await house.restart();
    await house.source.put("shard-0", [{ key: "a", data: { n: 3 } }]);
    await house.until(() => seen.done.length === 2);
    expect(seen.batches).toEqual([['{"n":2}'], ['{"n":3}']]);
  });

  test("wait for others within their window, and no longer", async () => {
    const house = await openMappingHouse();
    const seen = recorder();
    house.functions["f"] = seen.run;
    await house.mapStream("f", {}, { batchSize: 3, windowSeconds: 10 });
    await put(house, "a1");
    const begun = house.clock.now();
    await house.until(() => seen.done.length === 1);
    expect(house.clock.now() - begun).toBeGreaterThanOrEqual(9_900);
    await put(house, "a2", "a3", "a4");
    const full = house.clock.now();
    await house.until(() => seen.done.length === 4);
    expect(house.clock.now() - full).toBeLessThan(5_000);
  });
});

describe("tumbling windows", () => {
  test("hand a state from batch to batch, end once, and survive a restart", async () => {
    const house = await openMappingHouse();
    const finals: unknown[] = [];
    let bad = false;
    house.functions["sum"] = (event) => {
      const state = event.state as { readonly sum?: number };
      if (bad) return {};
      const sum = (state.sum ?? 0) + dataOf(event).map((text) => Number(text.slice(1))).reduce((a, b) => a + b, 0);
      if (event.isFinalInvokeForWindow) finals.push({ ...event.window, sum });
      return { state: { sum } };
    };
    // The clock stands at 20 s of a minute.
    await house.mapStream("sum", { tumblingSeconds: 60 }, { batchSize: 2 });
    await put(house, "a1", "a2", "a3");
    await house.until(() => house.mappings.status()[0]?.events === 3);
    await house.restart();
    bad = true;
    await put(house, "a4");
    await house.until(() => (house.mappings.status()[0]?.failedBatches ?? 0) > 0);
    bad = false;
    await house.until(() => finals.length === 1, { stepMs: 500 });
    expect(finals).toEqual([{ start: "2023-11-14T22:13:00Z", end: "2023-11-14T22:14:00Z", sum: 10 }]);
    await put(house, "a5");
    await house.until(() => finals.length === 2, { stepMs: 500 });
    expect(finals[1]).toMatchObject({ sum: 5 });
  });

  test("that grow past a megabyte end early, with the state", async () => {
    const house = await openMappingHouse();
    const ends: unknown[] = [];
    house.functions["grow"] = (event) => {
      if (event.isFinalInvokeForWindow) ends.push([event.isWindowTerminatedEarly, JSON.stringify(event.state).length > 1_048_576]);
      return { state: event.isFinalInvokeForWindow ? {} : { text: "x".repeat(1_100_000) } };
    };
    await house.mapStream("grow", { tumblingSeconds: 60 });
    await put(house, "a1");
    await house.until(() => ends.length === 1);
    expect(ends).toEqual([[true, true]]);
  });
});

test("children of a shard are read when everything in their parent is done with, and after a restart too", async () => {
  const house = await openMappingHouse();
  let broken = true;
  const seen = recorder(() => broken);
  house.functions["f"] = seen.run;
  await house.mapStream("f");
  await put(house, "p1");
  await house.until(() => seen.batches.length > 0);
  await house.source.split("shard-0", ["shard-1", "shard-2"]);
  await house.source.put("shard-1", [{ key: "c", data: "c1" }]);
  await house.source.put("shard-2", [{ key: "c", data: "c2" }]);
  await house.until(() => seen.batches.length > 3);
  expect(new Set(seen.batches.flat())).toEqual(new Set(["p1"]));
  broken = false;
  await house.until(() => seen.done.length === 3);
  expect([seen.done[0], ...seen.done.slice(1).toSorted()]).toEqual(["p1", "c1", "c2"]);
  await house.restart();
  await house.source.put("shard-1", [{ key: "c", data: "c3" }]);
  await house.until(() => seen.done.length === 4);
  expect(seen.done[3]).toBe("c3");
});

test("with several lanes each key keeps its order, a slow key holds up only its lane, and nothing is lost over restarts", async () => {
  const seed = Number(process.env["FUGAZ_TEST_SEED"] ?? Date.now() % 100_000);
  const random = seeded(seed);
  const house = await openMappingHouse();
  const firsts = new Map<string, number[]>();
  house.functions["f"] = (event) => {
    if (random() < 0.2) throw new Error("now and then");
    for (const text of dataOf(event)) {
      const [key = "", n = ""] = text.split(":");
      const seen = firsts.get(key) ?? [];
      firsts.set(key, seen);
      if (!seen.includes(Number(n))) seen.push(Number(n));
    }
  };
  await house.mapStream("f", { parallelization: 4, bisect: true }, { batchSize: 7 });
  const keys = Array.from({ length: 12 }, (_, n) => `k${n}`);
  for (let round = 0; round < 12; round++) {
    for (let n = round * 5; n < round * 5 + 5; n++) await house.source.put("shard-0", keys.map((key) => ({ key, data: `${key}:${n}` })));
    if (round % 4 === 1) {
      await house.clock.advance(random() * 300);
      await house.restart();
    }
  }
  await house.until(() => keys.every((key) => firsts.get(key)?.length === 60));
  for (const key of keys) expect(firsts.get(key), `seed ${seed}`).toEqual(Array.from({ length: 60 }, (_, n) => n));
});
