// Transactions: all or nothing, told item by item, and harmless when sent twice.
import { GetItemCommand, PutItemCommand, TransactGetItemsCommand, TransactWriteItemsCommand, type TransactWriteItem } from "@aws-sdk/client-dynamodb";
import { expect, test } from "vitest";
import { fakeClock } from "../../src/kernel/fake-clock.ts";
import { failure } from "./s3-harness.ts";
import { tablesForTests } from "./tables-harness.ts";

const clock = fakeClock();
const { cloud, TableName } = await tablesForTests({}, clock);

const key = (id: string) => ({ id: { S: id } });
const put = (id: string, n: number, more = {}): TransactWriteItem => ({ Put: { TableName, Item: { ...key(id), n: { N: String(n) } }, ...more } });
const write = (TransactItems: TransactWriteItem[], ClientRequestToken?: string) => cloud.db.send(new TransactWriteItemsCommand({ TransactItems, ClientRequestToken, ReturnConsumedCapacity: "TOTAL" }));
const get = async (id: string) => (await cloud.db.send(new GetItemCommand({ TableName, Key: key(id) }))).Item;

test("what does not fit its table is told item by item, what fits no table at once", async () => {
  const mismatch = "The provided key element does not match the schema";
  const wrongType = "One or more parameter values were invalid: Type mismatch for key id expected: S actual: N";
  const wrong = { id: { N: "5" } };
  expect(await failure(write([
    put("fits", 1), { Put: { TableName, Item: wrong } }, { Delete: { TableName, Key: wrong } }, { ConditionCheck: { TableName, Key: { id: { L: [] } }, ConditionExpression: "attribute_exists(id)" } },
    { Update: { TableName, Key: {}, UpdateExpression: "REMOVE n" } },
  ]))).toMatchObject({
    name: "TransactionCanceledException", message: "Transaction cancelled, please refer cancellation reasons for specific reasons [None, ValidationError, ValidationError, ValidationError, ValidationError]",
    CancellationReasons: [{ Code: "None" }, ...[wrongType, mismatch, mismatch, mismatch].map((Message) => ({ Code: "ValidationError", Message }))],
  });
  expect(await get("fits")).toBeUndefined();
  expect(await failure(cloud.db.send(new TransactGetItemsCommand({ TransactItems: [{ Get: { TableName, Key: {} } }] })))).toMatchObject({ name: "TransactionCanceledException", CancellationReasons: [{ Code: "ValidationError", Message: mismatch }] });
  const empty = "One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain an empty string value. Key: id";
  expect(await failure(write([put("fits", 1), { Delete: { TableName, Key: { id: { S: "" } } } }]))).toMatchObject({ name: "ValidationException", message: empty });
});

test("names and values that no expression could use are no mistake here, keys that are too long are the item's", async () => {
  const idle = { ExpressionAttributeNames: { "#n": "n" } };
  await write([put("idle", 1, idle)]);
  await cloud.db.send(new TransactGetItemsCommand({ TransactItems: [{ Get: { TableName, Key: key("idle"), ...idle } }] }));
  expect((await failure(write([put("idle", 1, { ...idle, ConditionExpression: "attribute_exists(id)" })]))).message).toBe("Value provided in ExpressionAttributeNames unused in expressions: keys: {#n}");
  expect(await failure(write([put("x".repeat(2049), 1)]))).toMatchObject({ name: "TransactionCanceledException", CancellationReasons: [{ Code: "ValidationError" }] });
});

test("all writes happen together", async () => {
  await cloud.db.send(new PutItemCommand({ TableName, Item: { ...key("old"), n: { N: "1" } } }));
  const { ConsumedCapacity } = await write([
    put("a", 1),
    { Update: { TableName, Key: key("b"), UpdateExpression: "SET #n = :n", ExpressionAttributeNames: { "#n": "n" }, ExpressionAttributeValues: { ":n": { N: "2" } } } },
    { Delete: { TableName, Key: key("old"), ConditionExpression: "attribute_exists(id)" } },
    { ConditionCheck: { TableName, Key: key("never"), ConditionExpression: "attribute_not_exists(id)" } },
  ]);
  expect(ConsumedCapacity).toEqual([{ TableName, CapacityUnits: 8, WriteCapacityUnits: 8 }]);
  expect([await get("a"), await get("b"), await get("old")]).toEqual([{ ...key("a"), n: { N: "1" } }, { ...key("b"), n: { N: "2" } }, undefined]);
  const { Responses } = await cloud.db.send(new TransactGetItemsCommand({ TransactItems: [{ Get: { TableName, Key: key("b"), ProjectionExpression: "n" } }, { Get: { TableName, Key: key("old") } }] }));
  expect(Responses).toEqual([{ Item: { n: { N: "2" } } }, {}]);
});

test("one refusal refuses all, with a reason for each", async () => {
  await write([put("c", 1)]);
  const refused = await failure(write([put("d", 1), put("c", 2, { ConditionExpression: "n > :n", ExpressionAttributeValues: { ":n": { N: "5" } }, ReturnValuesOnConditionCheckFailure: "ALL_OLD" }), { Update: { TableName, Key: key("c2"), UpdateExpression: "SET x = y" } }]));
  expect(refused).toMatchObject({
    name: "TransactionCanceledException", message: "Transaction cancelled, please refer cancellation reasons for specific reasons [None, ConditionalCheckFailed, ValidationError]",
    CancellationReasons: [
      { Code: "None" },
      { Code: "ConditionalCheckFailed", Message: "The conditional request failed", Item: { ...key("c"), n: { N: "1" } } },
      { Code: "ValidationError", Message: "The provided expression refers to an attribute that does not exist in the item" },
    ],
  });
  expect(await get("d")).toBeUndefined();
  expect((await failure(write([put("d", 1), put("d", 2)]))).message).toBe("Transaction request cannot include multiple operations on one item");
});

test("a token makes a repetition harmless for ten minutes", async () => {
  const increase: TransactWriteItem = { Update: { TableName, Key: key("count"), UpdateExpression: "ADD n :one", ExpressionAttributeValues: { ":one": { N: "1" } } } };
  await Promise.all([write([increase], "token"), write([increase], "token"), write([increase], "token")]);
  expect(await get("count")).toMatchObject({ n: { N: "1" } });
  expect((await failure(write([put("e", 1)], "token"))).name).toBe("IdempotentParameterMismatchException");
  await clock.advance(11 * 60_000);
  await write([increase], "token");
  expect(await get("count")).toMatchObject({ n: { N: "2" } });
});

test("transfers between accounts keep their sum, however many there are at once", async () => {
  await write(["x", "y", "z"].map((id) => put(id, 100)));
  const move = (from: string, to: string) =>
    write([
      { Update: { TableName, Key: key(from), UpdateExpression: "SET n = n - :m", ConditionExpression: "n >= :m", ExpressionAttributeValues: { ":m": { N: "7" } } } },
      { Update: { TableName, Key: key(to), UpdateExpression: "SET n = n + :m", ExpressionAttributeValues: { ":m": { N: "7" } } } },
    ]).catch((error: Error) => expect(error.name).toBe("TransactionCanceledException"));
  const names = ["x", "y", "z"];
  await Promise.all(Array.from({ length: 60 }, (_, n) => move(names[n % 3] ?? "", names[(n * n + 1) % 3 === n % 3 ? (n + 1) % 3 : (n * n + 1) % 3] ?? "")));
  const { Responses } = await cloud.db.send(new TransactGetItemsCommand({ TransactItems: names.map((id) => ({ Get: { TableName, Key: key(id) } })) }));
  expect(Responses?.reduce((sum, { Item }) => sum + Number(Item?.["n"]?.N), 0)).toBe(300);
});
