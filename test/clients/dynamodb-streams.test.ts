// Streams: every change of an item is a record, in order, for a day; expired items go by themselves and say so.
import { DeleteItemCommand, DeleteTableCommand, DescribeTableCommand, GetItemCommand, PutItemCommand, UpdateItemCommand, UpdateTableCommand, UpdateTimeToLiveCommand, type StreamViewType } from "@aws-sdk/client-dynamodb";
import { DescribeStreamCommand, GetRecordsCommand, GetShardIteratorCommand, ListStreamsCommand, type _Record, type ShardIteratorType } from "@aws-sdk/client-dynamodb-streams";
import { afterAll, beforeAll, expect, test } from "vitest";
import { fakeClock } from "../../src/kernel/fake-clock.ts";
import { seeded } from "../contract/seeded.ts";
import { failure } from "./s3-harness.ts";
import { openTablesCloud, type TablesCloud } from "./tables-harness.ts";

const HOUR_MS = 3_600_000;
const clock = fakeClock();
let cloud: TablesCloud;
beforeAll(async () => void (cloud = await openTablesCloud({ clock })));
afterAll(() => cloud[Symbol.asyncDispose]());

const withStream = (StreamViewType: StreamViewType = "NEW_AND_OLD_IMAGES") => cloud.makeTable({ StreamSpecification: { StreamEnabled: true, StreamViewType } });
const put = (TableName: string, id: string, n: number) => cloud.db.send(new PutItemCommand({ TableName, Item: { id: { S: id }, n: { N: String(n) } } }));

async function streamOf(TableName: string) {
  const { Streams } = await cloud.streams.send(new ListStreamsCommand({ TableName }));
  const StreamArn = Streams?.[0]?.StreamArn ?? "";
  const { StreamDescription } = await cloud.streams.send(new DescribeStreamCommand({ StreamArn }));
  return { StreamArn, ShardId: StreamDescription?.Shards?.[0]?.ShardId ?? "", description: StreamDescription };
}

async function iterator(TableName: string, ShardIteratorType: ShardIteratorType, SequenceNumber?: string) {
  const { StreamArn, ShardId } = await streamOf(TableName);
  return (await cloud.streams.send(new GetShardIteratorCommand({ StreamArn, ShardId, ShardIteratorType, SequenceNumber }))).ShardIterator;
}

async function records(TableName: string, type: ShardIteratorType = "TRIM_HORIZON", number?: string): Promise<readonly _Record[]> {
  return (await cloud.streams.send(new GetRecordsCommand({ ShardIterator: await iterator(TableName, type, number) }))).Records ?? [];
}

test("a record tells what happened, and nothing is told when nothing did", async () => {
  const table = await withStream();
  await put(table, "a", 1);
  await put(table, "a", 2);
  await put(table, "a", 2);
  await cloud.db.send(new DeleteItemCommand({ TableName: table, Key: { id: { S: "a" } } }));
  await cloud.db.send(new DeleteItemCommand({ TableName: table, Key: { id: { S: "a" } } }));
  const found = await records(table);
  expect(found.map(({ eventName }) => eventName)).toEqual(["INSERT", "MODIFY", "REMOVE"]);
  expect(found[1]).toEqual({
    eventID: expect.stringMatching(/^[0-9a-f]{32}$/), eventName: "MODIFY", eventVersion: "1.1", eventSource: "aws:dynamodb", awsRegion: "us-east-1",
    dynamodb: {
      ApproximateCreationDateTime: expect.any(Date), Keys: { id: { S: "a" } }, NewImage: { id: { S: "a" }, n: { N: "2" } }, OldImage: { id: { S: "a" }, n: { N: "1" } },
      SequenceNumber: expect.stringMatching(/^\d{21}$/), SizeBytes: 15, StreamViewType: "NEW_AND_OLD_IMAGES",
    },
  });
});

test.each<[StreamViewType, readonly string[]]>([["KEYS_ONLY", []], ["NEW_IMAGE", ["NewImage"]], ["OLD_IMAGE", ["OldImage"]], ["NEW_AND_OLD_IMAGES", ["NewImage", "OldImage"]]])("a stream of %s has these images: %j", async (view, images) => {
  const table = await withStream(view);
  await put(table, "a", 1);
  await put(table, "a", 2);
  const [, change] = await records(table);
  expect(Object.keys(change?.dynamodb ?? {}).filter((name) => name.endsWith("Image")).toSorted()).toEqual(images);
});

test("the order of the records is that of the commits, while writers race for the same items", async () => {
  const seed = Number(process.env["FUGAZ_TEST_SEED"] ?? Date.now() % 100_000);
  const random = seeded(seed);
  const table = await withStream();
  /** What each write replaced, as its writer was told: no two writes of an item replaced the same. */
  const replaced = new Map<string, string | undefined>();
  const written = await Promise.all(Array.from({ length: 8 }, async (_, writer) => {
    const mine: string[] = [];
    for (let n = 0; n < 25; n++) {
      const [text, id] = [`${writer}-${n}`, `item ${Math.floor(random() * 3)}`];
      const { Attributes } = await cloud.db.send(new UpdateItemCommand({ TableName: table, Key: { id: { S: id } }, UpdateExpression: "SET v = :v", ExpressionAttributeValues: { ":v": { S: text } }, ReturnValues: "UPDATED_OLD" }));
      replaced.set(text, Attributes?.["v"]?.S);
      mine.push(text);
    }
    return mine;
  }));
  const changes = (await records(table)).map(({ dynamodb: { OldImage, NewImage, Keys } = {} }) => ({ item: Keys?.["id"]?.S, before: OldImage?.["v"]?.S, after: NewImage?.["v"]?.S ?? "" }));
  expect(changes).toHaveLength(200);
  const latest = new Map<string | undefined, string>();
  for (const { item, before, after } of changes) {
    expect([latest.get(item), replaced.get(after)], `seed ${seed}`).toEqual([before, before]);
    latest.set(item, after);
  }
  // Who waits for an answer before the next write, whatever its item, finds its own in that order.
  const order = changes.map(({ after }) => after);
  for (const mine of written) expect(order.filter((text) => mine.includes(text)), `seed ${seed}`).toEqual(mine);
});

test("a reader begins where it likes", async () => {
  const table = await withStream();
  for (let n = 1; n <= 5; n++) await put(table, "a", n);
  const latest = await iterator(table, "LATEST");
  const all = await records(table);
  const third = all[2]?.dynamodb?.SequenceNumber;
  const values = (found: readonly _Record[]) => found.map(({ dynamodb }) => Number(dynamodb?.NewImage?.["n"]?.N));
  expect(values(await records(table, "AT_SEQUENCE_NUMBER", third))).toEqual([3, 4, 5]);
  expect(values(await records(table, "AFTER_SEQUENCE_NUMBER", third))).toEqual([4, 5]);
  await put(table, "a", 6);
  const { Records, NextShardIterator } = await cloud.streams.send(new GetRecordsCommand({ ShardIterator: latest, Limit: 1 }));
  expect(values(Records ?? [])).toEqual([6]);
  expect((await cloud.streams.send(new GetRecordsCommand({ ShardIterator: NextShardIterator }))).Records).toEqual([]);
  await clock.advance(16 * 60_000);
  expect((await failure(cloud.streams.send(new GetRecordsCommand({ ShardIterator: NextShardIterator })))).name).toBe("ExpiredIteratorException");
});

test("no page is larger than any may be, by number or by size", async () => {
  const table = await withStream();
  const tooMany = (limit: number, most: number) => ({ name: "ValidationException", message: `1 validation error detected: Value '${limit}' at 'limit' failed to satisfy constraint: Member must have value less than or equal to ${most}` });
  const { StreamArn } = await streamOf(table);
  expect(await failure(cloud.streams.send(new GetRecordsCommand({ ShardIterator: await iterator(table, "LATEST"), Limit: 1001 })))).toMatchObject(tooMany(1001, 1000));
  expect(await failure(cloud.streams.send(new ListStreamsCommand({ Limit: 101 })))).toMatchObject(tooMany(101, 100));
  expect(await failure(cloud.streams.send(new DescribeStreamCommand({ StreamArn, Limit: 101 })))).toMatchObject(tooMany(101, 100));
  for (const id of ["a", "b", "c", "d"]) await cloud.db.send(new PutItemCommand({ TableName: table, Item: { id: { S: id }, text: { S: "x".repeat(390_000) } } }));
  const first = await cloud.streams.send(new GetRecordsCommand({ ShardIterator: await iterator(table, "TRIM_HORIZON") }));
  const second = await cloud.streams.send(new GetRecordsCommand({ ShardIterator: first.NextShardIterator }));
  expect([first, second].map(({ Records = [] }) => Records.map(({ dynamodb }) => dynamodb?.Keys?.["id"]?.S))).toEqual([["a", "b"], ["c", "d"]]);
});

test("records are there for a day", async () => {
  const table = await withStream();
  await put(table, "a", 1);
  const [first] = await records(table);
  await clock.advance(25 * HOUR_MS);
  await put(table, "a", 2);
  expect((await records(table)).map(({ eventName }) => eventName)).toEqual(["MODIFY"]);
  expect((await failure(records(table, "AFTER_SEQUENCE_NUMBER", "100000000000000000000"))).name).toBe("TrimmedDataAccessException");
  await cloud.tables.sweep();
  expect((await failure(records(table, "AT_SEQUENCE_NUMBER", first?.dynamodb?.SequenceNumber))).name).toBe("TrimmedDataAccessException");
});

test("a stream outlives its table by a day, and a new one of the same name begins empty", async () => {
  const table = await withStream();
  await put(table, "a", 1);
  const { StreamArn, ShardId } = await streamOf(table);
  await cloud.db.send(new DeleteTableCommand({ TableName: table }));
  const { StreamDescription } = await cloud.streams.send(new DescribeStreamCommand({ StreamArn }));
  expect(StreamDescription).toMatchObject({ StreamStatus: "DISABLED", KeySchema: [{ AttributeName: "id", KeyType: "HASH" }], Shards: [{ ShardId, SequenceNumberRange: { EndingSequenceNumber: expect.any(String) } }] });
  const ended = await cloud.streams.send(new GetRecordsCommand({ ShardIterator: await iterator(table, "TRIM_HORIZON") }));
  expect(ended.Records).toHaveLength(1);
  expect(ended.NextShardIterator).toBeUndefined();
  await clock.advance(1000);
  await cloud.makeTable({ TableName: table, StreamSpecification: { StreamEnabled: true, StreamViewType: "KEYS_ONLY" } });
  const { Table } = await cloud.db.send(new DescribeTableCommand({ TableName: table }));
  expect(Table?.LatestStreamArn).not.toBe(StreamArn);
  expect((await cloud.streams.send(new ListStreamsCommand({ TableName: table }))).Streams).toHaveLength(2);
  await cloud.db.send(new UpdateTableCommand({ TableName: table, StreamSpecification: { StreamEnabled: false } }));
  await clock.advance(25 * HOUR_MS);
  await cloud.tables.sweep();
  expect((await cloud.streams.send(new ListStreamsCommand({ TableName: table }))).Streams).toEqual([]);
  expect((await failure(cloud.streams.send(new DescribeStreamCommand({ StreamArn })))).name).toBe("ResourceNotFoundException");
});

test("items go when their time has come, also those from before the setting, and the record says who did it", async () => {
  const table = await withStream();
  const seconds = Math.floor(clock.now() / 1000);
  const putUntil = (id: string, until: { N: string } | { S: string }) => cloud.db.send(new PutItemCommand({ TableName: table, Item: { id: { S: id }, until } }));
  await putUntil("soon", { N: String(seconds + 60) });
  await putUntil("text", { S: String(seconds + 60) });
  await putUntil("ancient", { N: String(seconds - 6 * 365 * 86_400) });
  await cloud.db.send(new UpdateTimeToLiveCommand({ TableName: table, TimeToLiveSpecification: { Enabled: true, AttributeName: "until" } }));
  await putUntil("later", { N: String(seconds + 7200) });
  await putUntil("extended", { N: String(seconds + 60) });
  await cloud.db.send(new UpdateItemCommand({ TableName: table, Key: { id: { S: "extended" } }, UpdateExpression: "SET #u = :u", ExpressionAttributeNames: { "#u": "until" }, ExpressionAttributeValues: { ":u": { N: String(seconds + 7200) } } }));
  const there = async (id: string) => (await cloud.db.send(new GetItemCommand({ TableName: table, Key: { id: { S: id } } }))).Item !== undefined;
  await expect.poll(async () => {
    await clock.advance(61_000);
    await cloud.tables.sweep();
    return there("soon");
  }).toBe(false);
  for (const id of ["text", "ancient", "later", "extended"]) expect(await there(id), id).toBe(true);
  const removed = (await records(table)).at(-1);
  expect(removed).toMatchObject({ eventName: "REMOVE", userIdentity: { Type: "Service", PrincipalId: "dynamodb.amazonaws.com" }, dynamodb: { Keys: { id: { S: "soon" } } } });
});
