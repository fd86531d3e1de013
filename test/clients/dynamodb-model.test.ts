// Random commands against a table with indexes and a stream, and against a plain map that says what must come out.
// Replay with FUGAZ_TEST_SEED=<the printed seed>; FUGAZ_MODEL_STEPS makes it longer.
import {
  BatchWriteItemCommand, DeleteItemCommand, GetItemCommand, PutItemCommand, QueryCommand, ScanCommand, TransactWriteItemsCommand, UpdateItemCommand,
  type AttributeValue, type CreateTableCommandInput, type QueryCommandInput,
} from "@aws-sdk/client-dynamodb";
import { DescribeStreamCommand, GetRecordsCommand, GetShardIteratorCommand, ListStreamsCommand } from "@aws-sdk/client-dynamodb-streams";
import { afterAll, beforeAll, expect, test } from "vitest";
import { seeded } from "../contract/seeded.ts";
import { openTablesCloud, ranged, type TablesCloud } from "./tables-harness.ts";

const SEED = Number(process.env["FUGAZ_TEST_SEED"] ?? Date.now() % 1_000_000);
const STEPS = Number(process.env["FUGAZ_MODEL_STEPS"] ?? 350);
const random = seeded(SEED);
const below = (n: number): number => Math.floor(random() * n);
const pick = <T>(list: readonly T[]): T => list[below(list.length)] as T;

type Item = Record<string, AttributeValue>;
interface Model {
  readonly id: string;
  readonly pos: number;
  n?: number;
  team?: string;
  list?: number[];
  set?: Set<string>;
}

const table: Partial<CreateTableCommandInput> = {
  ...ranged,
  AttributeDefinitions: [...(ranged.AttributeDefinitions ?? []), { AttributeName: "team", AttributeType: "S" }, { AttributeName: "n", AttributeType: "N" }],
  LocalSecondaryIndexes: [{ IndexName: "local", KeySchema: [{ AttributeName: "id", KeyType: "HASH" }, { AttributeName: "n", KeyType: "RANGE" }], Projection: { ProjectionType: "ALL" } }],
  GlobalSecondaryIndexes: [{ IndexName: "teams", KeySchema: [{ AttributeName: "team", KeyType: "HASH" }, { AttributeName: "n", KeyType: "RANGE" }], Projection: { ProjectionType: "ALL" } }],
  StreamSpecification: { StreamEnabled: true, StreamViewType: "NEW_AND_OLD_IMAGES" },
};

let cloud: TablesCloud;
let TableName: string;
const model = new Map<string, Model>();
beforeAll(async () => {
  cloud = await openTablesCloud();
  TableName = await cloud.makeTable(table);
});
afterAll(() => cloud[Symbol.asyncDispose]());

const number = (): number => pick([0, 1, 2, 10, -1, -2.5, 0.5, 1e10, below(50) - 25]);
const keyOf = ({ id, pos }: { id: string; pos: number }): string => `${id}/${pos}`;
const Key = ({ id, pos }: { id: string; pos: number }): Item => ({ id: { S: id }, pos: { N: String(pos) } });
const someKey = (): Model => ({ id: pick(["a", "b", "c"]), pos: number() });
const wire = ({ n, team, list, set, ...key }: Model): Item => {
  const item = Key(key);
  if (n !== undefined) item["n"] = { N: String(n) };
  if (team !== undefined) item["team"] = { S: team };
  if (list) item["list"] = { L: list.map((each) => ({ N: String(each) })) };
  if (set && set.size > 0) item["set"] = { SS: [...set] };
  return item;
};
/** Attributes and members of sets have no order. */
const sorted = (item: Item | undefined): unknown => item && Object.fromEntries(Object.entries(item).toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([name, value]) => [name, "SS" in value ? { SS: value.SS?.toSorted() } : value]));
const fresh = (): Model => {
  const made: Model = someKey();
  if (random() < 0.7) made.n = number();
  if (random() < 0.7) made.team = pick(["red", "blue"]);
  if (random() < 0.5) made.list = Array.from({ length: below(4) }, number);
  if (random() < 0.5) made.set = new Set(["x", pick(["x", "y"])]);
  return made;
};
const refused = (error: Error): false => {
  if (["ConditionalCheckFailedException", "TransactionCanceledException", "ValidationException"].includes(error.name)) return false;
  throw error;
};
const done = (work: Promise<unknown>): Promise<boolean> => work.then(() => true, refused);

const steps: readonly (() => Promise<void>)[] = [
  async () => {
    const item = fresh();
    const before = model.get(keyOf(item));
    const { Attributes } = await cloud.db.send(new PutItemCommand({ TableName, Item: wire(item), ReturnValues: "ALL_OLD" }));
    expect(sorted(Attributes)).toEqual(sorted(before && wire(before)));
    model.set(keyOf(item), item);
  },
  async () => {
    const item = fresh();
    const free = !model.has(keyOf(item));
    expect(await done(cloud.db.send(new PutItemCommand({ TableName, Item: wire(item), ConditionExpression: "attribute_not_exists(id)" })))).toBe(free);
    if (free) model.set(keyOf(item), item);
  },
  async () => {
    const key = someKey();
    await cloud.db.send(new DeleteItemCommand({ TableName, Key: Key(key) }));
    model.delete(keyOf(key));
  },
  async () => {
    const key = someKey();
    const before = model.get(keyOf(key));
    const by = number();
    const high = (before?.n ?? 0) > 0;
    const ok = await done(cloud.db.send(new UpdateItemCommand({ TableName, Key: Key(key), UpdateExpression: "ADD n :by", ConditionExpression: "n > :zero", ExpressionAttributeValues: { ":by": { N: String(by) }, ":zero": { N: "0" } } })));
    expect(ok).toBe(before?.n !== undefined && high);
    if (ok && before) model.set(keyOf(key), { ...before, n: (before.n ?? 0) + by });
  },
  async () => {
    const key = someKey();
    const before = model.get(keyOf(key)) ?? key;
    const [at, value] = [below(5), number()];
    const { list } = before;
    const ok = await done(cloud.db.send(new UpdateItemCommand({ TableName, Key: Key(key), UpdateExpression: `SET #l[${at}] = :v, team = :team REMOVE #s`, ExpressionAttributeNames: { "#l": "list", "#s": "set" }, ExpressionAttributeValues: { ":v": { N: String(value) }, ":team": { S: "red" } } })));
    expect(ok).toBe(list !== undefined);
    if (!ok || !list) return;
    const changed = [...list];
    changed.splice(Math.min(at, changed.length), 1, value);
    const { set: _, ...rest } = before;
    model.set(keyOf(key), { ...rest, list: changed, team: "red" });
  },
  async () => {
    const key = someKey();
    const known = model.get(keyOf(key));
    const before = known ?? key;
    const add = random() < 0.5;
    const members = pick([["x"], ["y", "z"], ["x", "y", "z"]]);
    await cloud.db.send(new UpdateItemCommand({ TableName, Key: Key(key), UpdateExpression: `${add ? "ADD" : "DELETE"} #s :s`, ExpressionAttributeNames: { "#s": "set" }, ExpressionAttributeValues: { ":s": { SS: members } } }));
    // What only takes away makes no item.
    if (!known && !add) return;
    const set = new Set(before.set);
    for (const member of members) {
      if (add) set.add(member);
      else set.delete(member);
    }
    const { set: _, ...rest } = before;
    model.set(keyOf(key), set.size > 0 ? { ...rest, set } : rest);
  },
  async () => {
    const items = new Map([fresh(), fresh(), fresh()].map((item) => [keyOf(item), item]));
    await cloud.db.send(new BatchWriteItemCommand({ RequestItems: { [TableName]: [...items.values()].map((item) => ({ PutRequest: { Item: wire(item) } })) } }));
    for (const [key, item] of items) model.set(key, item);
  },
  async () => {
    const [put, gone] = [fresh(), someKey()];
    if (keyOf(put) === keyOf(gone)) return;
    const there = model.has(keyOf(gone));
    const ok = await done(cloud.db.send(new TransactWriteItemsCommand({ TransactItems: [{ Put: { TableName, Item: wire(put) } }, { Delete: { TableName, Key: Key(gone), ConditionExpression: "attribute_exists(id)" } }] })));
    expect(ok).toBe(there);
    if (!ok) return;
    model.set(keyOf(put), put);
    model.delete(keyOf(gone));
  },
  async () => {
    const key = someKey();
    const { Item } = await cloud.db.send(new GetItemCommand({ TableName, Key: Key(key) }));
    const expected = model.get(keyOf(key));
    expect(sorted(Item)).toEqual(sorted(expected && wire(expected)));
  },
  () => compareQuery({ name: "id", value: pick(["a", "b", "c"]) }, "pos", undefined),
  () => compareQuery({ name: "id", value: pick(["a", "b", "c"]) }, "n", "local"),
  () => compareQuery({ name: "team", value: pick(["red", "blue"]) }, "n", "teams"),
];

/** All pages of a query, against the model's items in order; items of one index key may come in any order. */
async function compareQuery(hash: { name: "id" | "team"; value: string }, range: "pos" | "n", IndexName: string | undefined): Promise<void> {
  const [low, high] = [number(), number()].toSorted((a, b) => a - b) as [number, number];
  const [condition, within] = pick<readonly [string, (n: number) => boolean]>([
    ["", () => true], [" AND #r >= :a", (n) => n >= low], [" AND #r < :b", (n) => n < high], [" AND #r BETWEEN :a AND :b", (n) => n >= low && n <= high], [" AND #r = :a", (n) => n === low],
  ]);
  const forward = random() < 0.5;
  const values: Item = { ":h": { S: hash.value } };
  if (condition.includes(":a")) values[":a"] = { N: String(low) };
  if (condition.includes(":b")) values[":b"] = { N: String(high) };
  const input: QueryCommandInput = { TableName, IndexName, KeyConditionExpression: `#h = :h${condition}`, ExpressionAttributeNames: { "#h": hash.name, ...(condition === "" ? {} : { "#r": range }) }, ExpressionAttributeValues: values, ScanIndexForward: forward, Limit: 1 + below(6) };
  const found: Item[] = [];
  for (let start: Item | undefined; ; ) {
    const page = await cloud.db.send(new QueryCommand({ ...input, ExclusiveStartKey: start }));
    found.push(...(page.Items ?? []));
    start = page.LastEvaluatedKey;
    if (!start) break;
  }
  const expected = [...model.values()].filter((item) => item[hash.name] === hash.value && item[range] !== undefined && within(item[range] ?? 0));
  expect(found.map(sorted).map((item) => JSON.stringify(item)).toSorted()).toEqual(expected.map((item) => JSON.stringify(sorted(wire(item)))).toSorted());
  const order = found.map((item) => Number(item[range]?.N));
  expect(order).toEqual(order.toSorted((a, b) => (forward ? a - b : b - a)));
}

test(`${STEPS} random commands leave the table, its indexes and its stream as the model says (FUGAZ_TEST_SEED=${SEED})`, async () => {
  for (let step = 0; step < STEPS; step++) await pick(steps)();
  const { Items = [] } = await cloud.db.send(new ScanCommand({ TableName }));
  expect(Items.length).toBe(model.size);
  // The stream, replayed, makes the table.
  const { Streams } = await cloud.streams.send(new ListStreamsCommand({ TableName }));
  const StreamArn = Streams?.[0]?.StreamArn;
  const { StreamDescription } = await cloud.streams.send(new DescribeStreamCommand({ StreamArn }));
  let { ShardIterator } = await cloud.streams.send(new GetShardIteratorCommand({ StreamArn, ShardId: StreamDescription?.Shards?.[0]?.ShardId, ShardIteratorType: "TRIM_HORIZON" }));
  const replayed = new Map<string, Item>();
  for (;;) {
    const { Records = [], NextShardIterator } = await cloud.streams.send(new GetRecordsCommand({ ShardIterator }));
    for (const { dynamodb } of Records) {
      const key = JSON.stringify(dynamodb?.Keys);
      expect(sorted(replayed.get(key))).toEqual(sorted(dynamodb?.OldImage as Item | undefined));
      if (dynamodb?.NewImage) replayed.set(key, dynamodb.NewImage as Item);
      else replayed.delete(key);
    }
    if (Records.length === 0) break;
    ShardIterator = NextShardIterator;
  }
  const texts = (items: Iterable<Item>): readonly string[] => [...items].map((item) => JSON.stringify(sorted(item))).toSorted();
  expect(texts(replayed.values())).toEqual(texts(Items));
});
