// Batches of streams on which functions fail: retries, halves, ages, partial failures, and what destinations hear.
import { describe, expect, test } from "vitest";
import type { BatchFailure, Delivery } from "../../../functions/async/destinations.ts";
import { dataOf, openMappingHouse, put, recorder, streamArn } from "../house-for-test.ts";

const failuresIn = (told: readonly { readonly delivery: Delivery }[]) => told.map(({ delivery }) => (delivery.kind === "record" ? (delivery.record as BatchFailure) : delivery));

describe("a stream's records", () => {
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

  test("are tried again at once after each start, however often they have failed", async () => {
    const house = await openMappingHouse();
    const tries = recorder(() => true);
    house.functions["f"] = tries.run;
    await house.mapStream("f");
    await put(house, "a1");
    for (let life = 1; life <= 10; life++) {
      await house.until(() => house.mappings.status()[0]?.failedBatches === 1);
      await house.restart();
    }
    const startedMs = house.clock.now();
    await house.until(() => house.mappings.status()[0]?.failedBatches === 2);
    expect(house.clock.now() - startedMs).toBeLessThan(2_000);
  });
});
