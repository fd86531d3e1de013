// Streams on the real engine with functions that are plain code: order, retries, halves, ages, partial failures, windows, splits, restarts.
import { describe, expect, test } from "vitest";
import { seeded } from "../../../../test/contract/seeded.ts";
import type { BatchFailure, Delivery } from "../../../functions/async/destinations.ts";
import { dataOf, openMappingHouse, streamArn, type MappingHouse, type TestEvent } from "../house-for-test.ts";

const put = (house: MappingHouse, ...data: readonly string[]) => house.source.put("shard-0", data.map((each) => ({ key: each.slice(0, 1), data: each })));
/** A function that remembers its batches and fails on some. */
function recorder(fails: (data: readonly string[], event: TestEvent) => boolean = () => false) {
  const batches: string[][] = [];
  const done: string[] = [];
  return {
    batches, done,
    run: (event: TestEvent) => {
      const data = [...dataOf(event)];
      batches.push(data);
      if (fails(data, event)) throw new Error("no");
      done.push(...data);
    },
  };
}
const failuresIn = (told: readonly { readonly delivery: Delivery }[]) => told.map(({ delivery }) => (delivery.kind === "record" ? (delivery.record as BatchFailure) : delivery));

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

  test("are given up after their retries, which the destination hears, and those behind them go on", async () => {
    const house = await openMappingHouse();
    const tries = recorder((data) => data.includes("bad"));
    house.functions["f"] = tries.run;
    await house.mapStream("f", { retriesMax: 2, onFailure: "arn:aws:sqs:us-east-1:000000000000:dead" }, { batchSize: 2 });
    await put(house, "a1", "bad", "a2");
    await house.until(() => tries.done.includes("a2"));
    expect(tries.batches.filter((batch) => batch.includes("bad")).length).toBe(3);
    expect(failuresIn(house.told)).toEqual([{
      requestContext: { requestId: expect.stringMatching(/^[0-9a-f-]{36}$/), functionArn: "arn:aws:lambda:us-east-1:000000000000:function:f", condition: "RetryAttemptsExhausted", approximateInvokeCount: 3 },
      responseContext: { statusCode: 200, executedVersion: "$LATEST", functionError: "Unhandled" },
      version: "1.0",
      timestamp: expect.stringMatching(/Z$/),
      KinesisBatchInfo: {
        shardId: "shard-0", startSequenceNumber: "1", endSequenceNumber: "2", approximateArrivalOfFirstRecord: expect.stringMatching(/\.\d{3}Z$/), approximateArrivalOfLastRecord: expect.any(String), batchSize: 2, streamArn,
      },
    }]);
  });

  test("that fail have the retries they were promised, and no more, over restarts", async () => {
    const house = await openMappingHouse();
    const tries = recorder((data) => data.includes("bad"));
    house.functions["f"] = tries.run;
    const mapping = await house.mapStream("f", { retriesMax: 4, onFailure: "arn:aws:sqs:us-east-1:000000000000:dead" }, { batchSize: 2 });
    expect(await house.mappings.lastResult(mapping)).toBeUndefined();
    await put(house, "a1", "bad", "a2");
    for (const failures of [2, 1]) {
      await house.until(() => house.mappings.status()[0]?.failedBatches === failures);
      await house.restart();
      expect(await house.mappings.lastResult(mapping)).toBe("PROBLEM: Function call failed");
    }
    await house.until(() => tries.done.includes("a2"));
    expect(tries.batches).toEqual([...Array.from({ length: 5 }, () => ["a1", "bad"]), ["a2"]]);
    expect(failuresIn(house.told)).toMatchObject([{ requestContext: { condition: "RetryAttemptsExhausted", approximateInvokeCount: 5 } }]);
    await house.restart();
    expect(await house.mappings.lastResult(mapping)).toBe("OK");
  });

  test("that were halved, or are in different lanes, keep their own counts over a restart", async () => {
    const house = await openMappingHouse();
    const tries = recorder((data) => data.some((each) => each.includes("bad")));
    house.functions["f"] = tries.run;
    await house.mapStream("f", { retriesMax: 3, bisect: true, parallelization: 4 });
    const keys = ["a", "b", "c", "d", "e"];
    await house.source.put("shard-0", keys.flatMap((key) => ["1", "bad", "2"].map((data) => ({ key, data: key + data }))));
    const alone = (key: string): number => tries.batches.filter((batch) => batch.length === 1 && batch[0] === `${key}bad`).length;
    const failed = (): number => tries.batches.filter((batch) => batch.some((each) => each.includes("bad"))).length;
    await house.until(() => keys.some((key) => alone(key) === 2) && house.mappings.status()[0]?.failedBatches === failed());
    await house.restart();
    await house.until(() => new Set(tries.done).size === 10);
    expect(keys.map(alone)).toEqual([4, 4, 4, 4, 4]);
    expect(house.told).toEqual([]);
  });

  test("that are given up lie whole in a bucket, under the mapping and the shard", async () => {
    const house = await openMappingHouse();
    house.functions["f"] = () => {
      throw new Error("no");
    };
    const { id } = await house.mapStream("f", { retriesMax: 0, onFailure: "arn:aws:s3:::failures" });
    await put(house, "a1");
    await house.until(() => house.told.length === 1);
    const [object] = failuresIn(house.told);
    if (!object || !("key" in object) || typeof object.body !== "string") throw new Error("not an object");
    expect(object.key).toMatch(new RegExp(`^aws/lambda/${id}/shard-0/\\d{4}/\\d\\d/\\d\\d/\\d{4}-\\d\\d-\\d\\dT\\d\\d\\.\\d\\d\\.\\d\\d-[0-9a-f-]{36}$`));
    expect(JSON.parse(object.body)).toMatchObject({ payload: { Records: [{ kinesis: { partitionKey: "a" } }] }, KinesisBatchInfo: { batchSize: 1 } });
  });

  test("go in halves until the one that fails is alone, and no half uses up a retry", async () => {
    const house = await openMappingHouse();
    const tries = recorder((data) => data.includes("bad"));
    house.functions["f"] = tries.run;
    await house.mapStream("f", { bisect: true, retriesMax: 1, onFailure: "arn:aws:sqs:us-east-1:000000000000:dead" });
    await put(house, "a1", "a2", "bad", "a3");
    await house.until(() => tries.done.includes("a3"));
    expect(tries.done).toEqual(["a1", "a2", "a3"]);
    expect(tries.batches).toEqual([["a1", "a2", "bad", "a3"], ["a1", "a2"], ["bad", "a3"], ["bad"], ["bad"], ["a3"]]);
    expect(failuresIn(house.told)).toMatchObject([{ KinesisBatchInfo: { startSequenceNumber: "3", endSequenceNumber: "3" } }]);
  });

  test("are tried again from the first that the answer names as failed", async () => {
    const house = await openMappingHouse();
    const batches: (readonly string[])[] = [];
    house.functions["f"] = (event) => {
      const data = dataOf(event);
      batches.push(data);
      return batches.length === 1 ? { batchItemFailures: [{ itemIdentifier: "4" }, { itemIdentifier: "2" }] } : undefined;
    };
    await house.mapStream("f", { retriesMax: 5 }, { partialFailures: true });
    await put(house, "a1", "a2", "a3", "a4");
    await house.until(() => batches.length === 2);
    expect(batches).toEqual([["a1", "a2", "a3", "a4"], ["a2", "a3", "a4"]]);
  });

  test("are a new batch, with all its retries, when some before them succeeded", async () => {
    const house = await openMappingHouse();
    const batches: (readonly string[])[] = [];
    house.functions["f"] = (event) => {
      batches.push(dataOf(event));
      return { batchItemFailures: [{ itemIdentifier: "2" }] };
    };
    await house.mapStream("f", { retriesMax: 1, onFailure: "arn:aws:sqs:us-east-1:000000000000:dead" }, { partialFailures: true });
    await put(house, "a1", "a2", "a3");
    await house.until(() => house.told.length === 1);
    expect(batches).toEqual([["a1", "a2", "a3"], ["a2", "a3"], ["a2", "a3"]]);
    expect(failuresIn(house.told)).toMatchObject([{ requestContext: { approximateInvokeCount: 2 }, responseContext: { functionError: null }, KinesisBatchInfo: { batchSize: 2 } }]);
  });

  test("that grow too old between two tries are given up at that moment", async () => {
    const house = await openMappingHouse();
    house.functions["f"] = () => {
      throw new Error("no");
    };
    await put(house, "a1");
    const putMs = house.clock.now();
    await house.mapStream("f", { ageSecondsMax: 60, onFailure: "arn:aws:sqs:us-east-1:000000000000:dead" });
    await house.until(() => house.told.length === 1, { stepMs: 200 });
    expect(house.clock.now() - putMs).toBeLessThan(61_500);
  });

  test("that are too old are given up without a call, and a throttled function uses up no retry", async () => {
    const house = await openMappingHouse();
    await put(house, "a1");
    await house.clock.advance(120_000);
    await put(house, "a2");
    let throttled = 3;
    const done: string[] = [];
    house.functions["f"] = (event) => (throttled-- > 0 ? "throttle" : void done.push(...dataOf(event)));
    await house.mapStream("f", { retriesMax: 0, ageSecondsMax: 60, onFailure: "arn:aws:sqs:us-east-1:000000000000:dead" });
    await house.until(() => done.length === 1);
    expect(done).toEqual(["a2"]);
    const [record] = failuresIn(house.told);
    expect(record).toMatchObject({ requestContext: { condition: "RecordAgeExceeded", approximateInvokeCount: 0 }, KinesisBatchInfo: { endSequenceNumber: "1" } });
    expect(record).not.toHaveProperty("responseContext");
    expect(house.mappings.status()[0]?.throttles).toBe(3);
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
