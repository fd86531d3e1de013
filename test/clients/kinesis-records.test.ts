import { createHash } from "node:crypto";
import {
  CreateStreamCommand, DeleteStreamCommand, GetRecordsCommand, GetShardIteratorCommand, MergeShardsCommand, PutRecordCommand, PutRecordsCommand, SplitShardCommand, UpdateMaxRecordSizeCommand,
} from "@aws-sdk/client-kinesis";
import { describe, expect, it } from "vitest";
import { fakeClock } from "../../src/kernel/fake-clock.ts";
import { arnOf, kinesisOfFile, newStream, openKinesis, readFrom, textsOf } from "./kinesis-harness.ts";
import { failure } from "./s3-harness.ts";

const ShardId = "shardId-000000000000";
const HALF = "170141183460469231731687303715884105728";
const cloud = await kinesisOfFile();
const { client, clock } = cloud;

const put = (StreamName: string, text: string, more: object = {}) => client.send(new PutRecordCommand({ StreamName, PartitionKey: "key", Data: Buffer.from(text), ...more }));

describe("records", () => {
  it("go to the shard that the partition key's MD5 or an explicit hash key says, in one batch or one by one", async () => {
    const StreamName = await newStream(cloud, 4);
    const keys = Array.from({ length: 40 }, (_, n) => `key-${n}`);
    const { Records = [], FailedRecordCount } = await client.send(new PutRecordsCommand({ StreamName, Records: keys.map((key) => ({ PartitionKey: key, Data: Buffer.from(key) })) }));
    expect(FailedRecordCount).toBe(0);
    const shardOf = (key: string): number => Number((BigInt(`0x${createHash("md5").update(key).digest("hex")}`) * 4n) >> 128n);
    expect(Records.map((record) => record.ShardId)).toEqual(keys.map((key) => `shardId-00000000000${shardOf(key)}`));
    expect((await put(StreamName, "x", { ExplicitHashKey: HALF })).ShardId).toBe("shardId-000000000002");
    expect((await put(StreamName, "x", { ExplicitHashKey: (BigInt(HALF) - 1n).toString() })).ShardId).toBe("shardId-000000000001");
    const read = await readFrom(cloud, { StreamName, ShardId: "shardId-000000000003", ShardIteratorType: "TRIM_HORIZON" });
    expect(textsOf(read)).toEqual(keys.filter((key) => shardOf(key) === 3));
    const numbers = (read.Records ?? []).map(({ SequenceNumber }) => BigInt(SequenceNumber ?? 0));
    expect(numbers).toEqual(Records.filter((record) => record.ShardId === "shardId-000000000003").map(({ SequenceNumber }) => BigInt(SequenceNumber ?? 0)));
    expect(numbers).toEqual(numbers.toSorted((a, b) => (a < b ? -1 : 1)));
    expect(read.Records?.[0]).toMatchObject({ PartitionKey: expect.stringMatching(/^key-/), ApproximateArrivalTimestamp: new Date(clock.now()), SequenceNumber: expect.stringMatching(/^49\d{54}$/) });
    expect(read.MillisBehindLatest).toBe(0);
  });

  it("are read in pages, from all five kinds of starting positions", async () => {
    const StreamName = await newStream(cloud);
    const where = { StreamName, ShardId } as const;
    await client.send(new PutRecordsCommand({ StreamName, Records: ["a", "b", "c"].map((text) => ({ PartitionKey: text, Data: Buffer.from(text) })) }));
    await clock.advance(60_000);
    const { SequenceNumber: d } = await put(StreamName, "d");
    const putMs = clock.now();
    await clock.advance(1000);
    await put(StreamName, "");
    expect(textsOf(await readFrom(cloud, { ...where, ShardIteratorType: "TRIM_HORIZON" }))).toEqual(["a", "b", "c", "d", ""]);
    expect(textsOf(await readFrom(cloud, { ...where, ShardIteratorType: "AT_SEQUENCE_NUMBER", StartingSequenceNumber: d }))).toEqual(["d", ""]);
    expect(textsOf(await readFrom(cloud, { ...where, ShardIteratorType: "AFTER_SEQUENCE_NUMBER", StartingSequenceNumber: d }))).toEqual([""]);
    expect(textsOf(await readFrom(cloud, { ...where, ShardIteratorType: "AT_TIMESTAMP", Timestamp: new Date(putMs) }))).toEqual(["d", ""]);
    expect(textsOf(await readFrom(cloud, { ...where, ShardIteratorType: "AT_TIMESTAMP", Timestamp: new Date(putMs - 60_001) }))).toHaveLength(5);
    const latest = await client.send(new GetShardIteratorCommand({ ...where, ShardIteratorType: "LATEST" }));
    await put(StreamName, "late");
    expect(textsOf(await client.send(new GetRecordsCommand({ ShardIterator: latest.ShardIterator, StreamARN: arnOf(StreamName) })))).toEqual(["late"]);

    const pages: string[] = [];
    let page = await readFrom(cloud, { ...where, ShardIteratorType: "TRIM_HORIZON" }, 2);
    expect(page.MillisBehindLatest).toBe(61_000);
    while (page.Records?.length) {
      pages.push(textsOf(page).join());
      page = await client.send(new GetRecordsCommand({ ShardIterator: page.NextShardIterator, Limit: 2 }));
    }
    expect(pages).toEqual(["a,b", "c,d", ",late"]);
    expect(page.NextShardIterator).toBeDefined();
  });

  it("survive splits and merges: the end of a closed shard names its children and gives no iterator", async () => {
    const StreamName = await newStream(cloud);
    const seen: string[] = [];
    const before = await put(StreamName, "before", { ExplicitHashKey: "1" });
    await client.send(new SplitShardCommand({ StreamName, ShardToSplit: ShardId, NewStartingHashKey: HALF }));
    const after = await put(StreamName, "after", { ExplicitHashKey: "1", SequenceNumberForOrdering: before.SequenceNumber });
    expect(after.ShardId).toBe("shardId-000000000001");
    expect(BigInt(after.SequenceNumber ?? 0)).toBeGreaterThan(BigInt(before.SequenceNumber ?? 0));
    await client.send(new MergeShardsCommand({ StreamName, ShardToMerge: "shardId-000000000001", AdjacentShardToMerge: "shardId-000000000002" }));
    await put(StreamName, "merged");
    let shard: string | undefined = ShardId;
    while (shard) {
      const page = await readFrom(cloud, { StreamName, ShardId: shard, ShardIteratorType: "TRIM_HORIZON" });
      seen.push(...textsOf(page));
      if (shard === ShardId) {
        expect(page.NextShardIterator).toBeUndefined();
        expect(page.ChildShards).toEqual([
          { ShardId: "shardId-000000000001", ParentShards: [ShardId], HashKeyRange: { StartingHashKey: "0", EndingHashKey: (BigInt(HALF) - 1n).toString() } },
          { ShardId: "shardId-000000000002", ParentShards: [ShardId], HashKeyRange: { StartingHashKey: HALF, EndingHashKey: ((1n << 128n) - 1n).toString() } },
        ]);
      }
      shard = page.ChildShards?.[0]?.ShardId;
    }
    expect(seen).toEqual(["before", "after", "merged"]);
  });

  it("expire, also before anything has removed them", async () => {
    const StreamName = await newStream(cloud);
    const { SequenceNumber } = await put(StreamName, "old");
    await clock.advance(23 * 3_600_000);
    await put(StreamName, "young");
    await clock.advance(2 * 3_600_000);
    expect(textsOf(await readFrom(cloud, { StreamName, ShardId, ShardIteratorType: "TRIM_HORIZON" }))).toEqual(["young"]);
    expect(textsOf(await readFrom(cloud, { StreamName, ShardId, ShardIteratorType: "AT_SEQUENCE_NUMBER", StartingSequenceNumber: SequenceNumber }))).toEqual(["young"]);
  });

  it("come in answers of at most ten megabytes, whatever they weigh", async () => {
    const StreamName = await newStream(cloud);
    await client.send(new UpdateMaxRecordSizeCommand({ StreamARN: arnOf(StreamName), MaxRecordSizeInKiB: 10_240 }));
    const big = Buffer.alloc(9 * 1024 * 1024, "b");
    await put(StreamName, "", { Data: big });
    await client.send(new PutRecordsCommand({ StreamName, Records: Array.from({ length: 4 }, (_, n) => ({ PartitionKey: "k", Data: Buffer.alloc(1024 * 1024 - 10, String(n)) })) }));
    const first = await readFrom(cloud, { StreamName, ShardId, ShardIteratorType: "TRIM_HORIZON" });
    expect(first.Records?.map(({ Data }) => Data?.length)).toEqual([big.length, 1024 * 1024 - 10]);
    expect(Buffer.compare(first.Records?.[0]?.Data ?? big.subarray(1), big)).toBe(0);
    const rest = await client.send(new GetRecordsCommand({ ShardIterator: first.NextShardIterator }));
    expect(textsOf(rest).map((text) => text[0])).toEqual(["1", "2", "3"]);
  });
});

describe("mistakes", () => {
  it("with sequence numbers and moments are told in the original's words", async () => {
    const StreamName = await newStream(cloud, 2);
    const other = await newStream(cloud);
    const { SequenceNumber: foreign } = await put(other, "x");
    const { SequenceNumber: second } = await put(StreamName, "x", { ExplicitHashKey: HALF });
    const ask = (more: object) => failure(client.send(new GetShardIteratorCommand({ StreamName, ShardId, ShardIteratorType: "AT_SEQUENCE_NUMBER", ...more })));
    const must = "Must either specify (1) AT_SEQUENCE_NUMBER or AFTER_SEQUENCE_NUMBER and StartingSequenceNumber or (2) TRIM_HORIZON or LATEST and no StartingSequenceNumber. Request specified";
    const where = `used in GetShardIterator on shard ${ShardId} in stream ${StreamName} under account 000000000000 is invalid`;
    expect(await ask({})).toMatchObject({ name: "InvalidArgumentException", message: `${must} AT_SEQUENCE_NUMBER and no StartingSequenceNumber.` });
    expect(await ask({ ShardIteratorType: "LATEST", StartingSequenceNumber: second })).toMatchObject({ message: `${must} LATEST and also a StartingSequenceNumber.` });
    expect(await ask({ StartingSequenceNumber: second })).toMatchObject({ message: `Invalid StartingSequenceNumber. It encodes shardId-000000000001, while it was used in a call to a shard with ${ShardId}` });
    expect(await ask({ StartingSequenceNumber: "5" })).toMatchObject({ message: `Invalid StartingSequenceNumber. It encodes shardId-000000000005, while it was used in a call to a shard with ${ShardId}` });
    expect(await ask({ StartingSequenceNumber: foreign })).toMatchObject({ message: `StartingSequenceNumber ${foreign} ${where} because it did not come from this stream.` });
    expect(await ask({ StartingSequenceNumber: "9".repeat(56) })).toMatchObject({ message: `StartingSequenceNumber ${"9".repeat(56)} ${where}.` });
    expect(await ask({ StartingSequenceNumber: "x" })).toMatchObject({ name: "ValidationException" });
    expect(await ask({ ShardIteratorType: "AT_TIMESTAMP" })).toMatchObject({ message: "Must specify timestampInMillis parameter for iterator of type AT_TIMESTAMP. Current request has no timestamp parameter." });
    expect(await ask({ ShardIteratorType: "AT_TIMESTAMP", Timestamp: new Date(clock.now() + 5000) })).toMatchObject({ message: expect.stringContaining("The timestampInMillis parameter cannot be greater than the currentTimestampInMillis.") });
    expect(await ask({ ShardId: "shardId-000000000007", ShardIteratorType: "LATEST" })).toMatchObject({ name: "ResourceNotFoundException", message: `Shard shardId-000000000007 in stream ${StreamName} under account 000000000000 does not exist` });
    expect(await ask({ DryRun: true, ShardIteratorType: "LATEST" })).toMatchObject({ name: "DryRunOperationException" });
  });

  it("with iterators: five minutes is their age, and their stream must still be the same", async () => {
    const StreamName = await newStream(cloud);
    const { ShardIterator } = await client.send(new GetShardIteratorCommand({ StreamName, ShardId, ShardIteratorType: "LATEST" }));
    const get = (text = ShardIterator) => failure(client.send(new GetRecordsCommand({ ShardIterator: text })));
    expect(await get("AAAA")).toMatchObject({ name: "InvalidArgumentException", message: "Invalid ShardIterator." });
    expect(await get(`B${ShardIterator?.slice(1)}`)).toMatchObject({ message: "Invalid ShardIterator." });
    await client.send(new DeleteStreamCommand({ StreamName }));
    await client.send(new CreateStreamCommand({ StreamName, ShardCount: 1 }));
    expect(await get()).toMatchObject({ name: "ResourceNotFoundException" });
    await clock.advance(300_001);
    expect(await get()).toMatchObject({
      name: "ExpiredIteratorException",
      message: expect.stringMatching(/^Iterator expired\. The iterator was created at time \w{3} \w{3} \d\d \d\d:\d\d:\d\d UTC \d{4} while right now it is .* which is further in the future than the tolerated delay of 300000 milliseconds\.$/),
    });
  });

  it("with records: too large, too many, impossible keys; nothing of such a batch is written", async () => {
    const StreamName = await newStream(cloud);
    const mib = 1024 * 1024;
    expect(await failure(put(StreamName, "", { Data: Buffer.alloc(mib + 1) }))).toMatchObject({
      name: "ValidationException", message: `1 validation error detected: Value 'java.nio.HeapByteBuffer[pos=0 lim=${mib + 1} cap=${mib + 1}]' at 'data' failed to satisfy constraint: Member must have length less than or equal to ${mib}`,
    });
    expect(await failure(put(StreamName, "", { Data: Buffer.alloc(mib) }))).toMatchObject({ name: "InvalidArgumentException" });
    expect(await failure(put(StreamName, "x", { ExplicitHashKey: (1n << 128n).toString() }))).toMatchObject({
      message: `Invalid ExplicitHashKey. ExplicitHashKey must be in the range: [0, 2^128-1]. Specified value was ${1n << 128n}`,
    });
    const batch = (Records: readonly { readonly PartitionKey: string; readonly Data: Uint8Array; readonly ExplicitHashKey?: string }[]) => failure(client.send(new PutRecordsCommand({ StreamName, Records: [...Records] })));
    expect(await batch(Array.from({ length: 501 }, () => ({ PartitionKey: "k", Data: Buffer.of(1) })))).toMatchObject({ name: "ValidationException", message: expect.stringContaining("at 'records' failed to satisfy constraint: Member must have length less than or equal to 500") });
    expect(await batch(Array.from({ length: 11 }, () => ({ PartitionKey: "k", Data: Buffer.alloc(mib - 1) })))).toMatchObject({ name: "InvalidArgumentException", message: "Records size exceeds 10 MB limit" });
    expect(await batch([{ PartitionKey: "k", Data: Buffer.of(1) }, { PartitionKey: "k", Data: Buffer.of(1), ExplicitHashKey: (1n << 128n).toString() }])).toMatchObject({ name: "InvalidArgumentException" });
    const tomorrow = ((2n << 184n) | (BigInt(Math.floor(cloud.clock.now() / 1000) + 86_400) << 148n) | 2n).toString();
    for (const number of ["9".repeat(56), tomorrow]) {
      expect(await failure(put(StreamName, "x", { SequenceNumberForOrdering: number }))).toMatchObject({
        message: `ExclusiveMinimumSequenceNumber ${number} used in PutRecord on stream ${StreamName} under account 000000000000 is invalid.`,
      });
    }
    expect(await failure(put(StreamName, "x", { DryRun: true }))).toMatchObject({ name: "DryRunOperationException" });
    expect((await readFrom(cloud, { StreamName, ShardId, ShardIteratorType: "TRIM_HORIZON" })).Records).toEqual([]);
  });
});

describe("with the limits of a shard on", () => {
  it("1,000 records and a megabyte go in, five reads and two megabytes come out, each second", async () => {
    const slow = fakeClock();
    await using limited = await openKinesis({ clock: slow, enforceRates: true });
    const StreamName = await newStream(limited, 2);
    const send = (count: number, size: number, ExplicitHashKey = "0") =>
      limited.client.send(new PutRecordsCommand({ StreamName, Records: Array.from({ length: count }, () => ({ PartitionKey: "k", Data: Buffer.alloc(size), ExplicitHashKey })) }));
    await send(500, 1);
    await send(500, 1);
    const refused = await send(2, 1);
    expect(refused).toMatchObject({
      FailedRecordCount: 2,
      Records: [{ ErrorCode: "ProvisionedThroughputExceededException", ErrorMessage: `Rate exceeded for shard ${ShardId} in stream ${StreamName} under account 000000000000.` }, {}],
    });
    expect(await send(1, 1, HALF)).toMatchObject({ FailedRecordCount: 0 });
    await slow.advance(1000);
    expect((await send(12, 100_000)).FailedRecordCount).toBe(2);
    expect(await failure(limited.client.send(new PutRecordCommand({ StreamName, PartitionKey: "k", Data: Buffer.alloc(100_000), ExplicitHashKey: "0" })))).toMatchObject({ name: "ProvisionedThroughputExceededException" });
    const { ShardIterator } = await limited.client.send(new GetShardIteratorCommand({ StreamName, ShardId, ShardIteratorType: "TRIM_HORIZON" }));
    const get = () => limited.client.send(new GetRecordsCommand({ ShardIterator }));
    expect((await get()).Records).toHaveLength(1010);
    expect((await get()).Records).toHaveLength(1010);
    await get();
    expect(await failure(get())).toMatchObject({ name: "ProvisionedThroughputExceededException", message: expect.stringContaining("Rate exceeded for shard") });
    await slow.advance(1000);
    expect((await get()).Records).toHaveLength(1010);
  });
});
