// Items put and got per second, and queries of a hundred; beside dynalite (npm), the best-known table server for tests, in the same run.
import { join } from "node:path";
import { systemClock } from "../src/main/system-clock.ts";
import { DYNAMODB, openOperations } from "./calls.ts";
import { load, type Row } from "./load.ts";
import { memoryOf, memoryRows } from "./process-memory.ts";
import { type Rival, withRival } from "./rival.ts";

const RUN_MS = 2000;
const CLIENTS: readonly number[] = [1, 64];
const KEYS = 5000;
const DYNALITE: Rival = { name: "dynalite", version: "4.0.0", args: (dir) => ["--path", join(dir, "data"), "--createTableMs", "0"] };
const MANY = 1_000_000;
const FILLERS = 32;
const BATCH = 25;
const REST_MS = 20_000;
/** What a reader might have: eight attributes, about 300 bytes. */
const item = (n: number) => ({
  id: { S: `user-${n % KEYS}` }, name: { S: "Ada Lovelace" }, mail: { S: "ada@example.org" }, born: { N: "1815" }, tags: { SS: ["math", "engines"] }, active: { BOOL: true },
  address: { M: { street: { S: "12 St James's Square" }, city: { S: "London" }, lines: { L: [{ S: "a" }, { S: "b" }] } } }, text: { S: "x".repeat(80) },
});

/** Rows for the server; with dynalite's beside them when npm can fetch it. `deep` fills a table first, which takes minutes. */
export async function benchTables({ endpoint, pid }: { readonly endpoint: string; readonly pid: number }, deep: boolean): Promise<readonly Row[]> {
  const ours = await measure(endpoint);
  const theirs = await withRival(DYNALITE, measure).catch(() => undefined);
  const rows = ours.flatMap(({ what, value }, at): readonly Row[] => {
    const row = { what: `DynamoDB ${what}`, value, unit: "/s", ...(GOALS[what] && { goal: GOALS[what] }) };
    const other = theirs?.[at];
    return other ? [row, { what: `  dynalite (not flushed to disk)`, value: other.value, unit: "/s" }, { what: "  ratio", value: value / other.value, unit: "x" }] : [row];
  });
  return deep ? [...rows, ...(await benchMany(endpoint, pid))] : rows;
}

const GOALS: Readonly<Record<string, string>> = { "PutItem, 64 clients": ">= 3000", "GetItem, 64 clients": ">= 6000" };

/** A table of a million items: what the server holds then, and how soon it finds one of them. */
async function benchMany(endpoint: string, pid: number): Promise<readonly Row[]> {
  using operations = openOperations(endpoint, DYNAMODB, FILLERS);
  const { call } = operations;
  await call("CreateTable", { TableName: "many", BillingMode: "PAY_PER_REQUEST", KeySchema: [{ AttributeName: "id", KeyType: "HASH" }], AttributeDefinitions: [{ AttributeName: "id", AttributeType: "S" }] });
  const one = (n: number) => ({ ...item(n), id: { S: `user-${n}` } });
  let next = 0;
  await Promise.all(Array.from({ length: FILLERS }, async () => {
    while (next < MANY) {
      const first = next;
      next += BATCH;
      await call("BatchWriteItem", { RequestItems: { many: Array.from({ length: BATCH }, (_, at) => ({ PutRequest: { Item: one(first + at) } })) } });
    }
  }));
  // The disk still writes what filled the table; that is not what is measured.
  await systemClock.sleep(REST_MS);
  // A stride that is prime to the number of items: neighbours in time are none on the disk.
  const get = (n: number) => call("GetItem", { TableName: "many", Key: { id: { S: `user-${(n * 7919) % MANY}` } } });
  const found = [];
  for (const clients of CLIENTS) found.push({ what: `GetItem of ${MANY} items, ${clients} client${clients === 1 ? "" : "s"}`, value: (await load(clients, RUN_MS, get)).perSecond, unit: "/s" });
  return [...found, ...memoryRows(`with ${MANY} items`, await memoryOf(pid))];
}

interface Measured {
  readonly what: string;
  readonly value: number;
}

async function measure(endpoint: string): Promise<readonly Measured[]> {
  using operations = openOperations(endpoint, DYNAMODB, Math.max(...CLIENTS));
  const { call } = operations;
  const key = { AttributeName: "id", KeyType: "HASH" };
  const attribute = { AttributeName: "id", AttributeType: "S" };
  await call("CreateTable", { TableName: "bench", BillingMode: "PAY_PER_REQUEST", KeySchema: [key], AttributeDefinitions: [attribute] });
  await call("CreateTable", { TableName: "ranged", BillingMode: "PAY_PER_REQUEST", KeySchema: [key, { AttributeName: "pos", KeyType: "RANGE" }], AttributeDefinitions: [attribute, { AttributeName: "pos", AttributeType: "N" }] });
  // dynalite makes its tables in half a second, like the original.
  await systemClock.sleep(1000);
  for (let n = 0; n < 200; n++) await call("PutItem", { TableName: "ranged", Item: { ...item(0), pos: { N: String(n) } } });
  const put = (n: number) => call("PutItem", { TableName: "bench", Item: item(n) });
  const get = (n: number) => call("GetItem", { TableName: "bench", Key: { id: { S: `user-${n % KEYS}` } } });
  const update = (n: number) => call("UpdateItem", { TableName: "bench", Key: { id: { S: `user-${n % KEYS}` } }, UpdateExpression: "SET born = born + :one", ConditionExpression: "attribute_exists(id)", ExpressionAttributeValues: { ":one": { N: "1" } } });
  const query = () => call("Query", { TableName: "ranged", KeyConditionExpression: "id = :id AND pos >= :pos", Limit: 100, ExpressionAttributeValues: { ":id": { S: "user-0" }, ":pos": { N: "50" } } });
  let next = 0;
  await Promise.all(Array.from({ length: 64 }, async () => {
    while (next < KEYS) await put(next++);
  }));
  const measured: Measured[] = [];
  for (const [what, once] of [["PutItem", put], ["GetItem", get], ["UpdateItem with a condition", update], ["Query of 100 items", query]] as const) {
    for (const clients of CLIENTS) {
      await load(clients, RUN_MS / 5, once);
      measured.push({ what: `${what}, ${clients} client${clients === 1 ? "" : "s"}`, value: (await load(clients, RUN_MS, once)).perSecond });
    }
  }
  return measured;
}
