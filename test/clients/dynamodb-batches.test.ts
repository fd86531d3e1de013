// Batches: items of several tables in one request, what is too much given back, and mistakes in the original's words.
import { BatchGetItemCommand, BatchWriteItemCommand, PutItemCommand, type AttributeValue, type WriteRequest } from "@aws-sdk/client-dynamodb";
import { describe, expect, test } from "vitest";
import { ranged, tablesForTests, words } from "./tables-harness.ts";

const { cloud, TableName } = await tablesForTests();

const Key = { id: { S: "a" } };

describe("a batch", () => {
  test("writes and reads items of several tables", async () => {
    const other = await cloud.makeTable(ranged);
    const { UnprocessedItems } = await cloud.db.send(new BatchWriteItemCommand({
      RequestItems: { [TableName]: [{ PutRequest: { Item: { id: { S: "b1" }, x: { N: "1" } } } }, { DeleteRequest: { Key } }], [other]: [{ PutRequest: { Item: { id: { S: "b2" }, pos: { N: "-1.5" } } } }] }, ReturnConsumedCapacity: "TOTAL",
    }));
    expect(UnprocessedItems).toEqual({});
    const { Responses, UnprocessedKeys, ConsumedCapacity } = await cloud.db.send(new BatchGetItemCommand({
      RequestItems: { [TableName]: { Keys: [{ id: { S: "b1" } }, Key], ProjectionExpression: "#x", ExpressionAttributeNames: { "#x": "x" } }, [other]: { Keys: [{ id: { S: "b2" }, pos: { N: "-1.50" } }], ConsistentRead: true } }, ReturnConsumedCapacity: "TOTAL",
    }));
    expect(Responses).toEqual({ [TableName]: [{ x: { N: "1" } }], [other]: [{ id: { S: "b2" }, pos: { N: "-1.5" } }] });
    expect(UnprocessedKeys).toEqual({});
    expect(ConsumedCapacity).toEqual([{ TableName, CapacityUnits: 1 }, { TableName: other, CapacityUnits: 1 }]);
  });

  test("gives back unread what would be more than 16 MB, and has its limits", async () => {
    const keys = Array.from({ length: 45 }, (_, n) => ({ id: { S: `large-${n}` } }));
    await Promise.all(keys.map((each) => cloud.db.send(new PutItemCommand({ TableName, Item: { ...each, s: { S: "x".repeat(390_000) } } }))));
    const { Responses, UnprocessedKeys } = await cloud.db.send(new BatchGetItemCommand({ RequestItems: { [TableName]: { Keys: keys } } }));
    expect([Responses?.[TableName]?.length, UnprocessedKeys?.[TableName]?.Keys?.length]).toEqual([43, 2]);
    expect(await words(cloud.db.send(new BatchGetItemCommand({ RequestItems: { [TableName]: { Keys: [Key, Key] } } })))).toBe("Provided list of item keys contains duplicates");
    const writes = (...requests: WriteRequest[]) => words(cloud.db.send(new BatchWriteItemCommand({ RequestItems: { [TableName]: requests } })));
    for (const Item of [{ id: { N: "1" } }, { other: { S: "x" } }] as Record<string, AttributeValue>[]) expect(await writes({ PutRequest: { Item } })).toBe("The provided key element does not match the schema");
    const lengths = "failed to satisfy constraint: Map value must satisfy constraint: [Member must have length less than or equal to 25, Member must have length greater than or equal to 1]";
    expect(await writes()).toBe(`1 validation error detected: Value '{${TableName}=[]}' at 'requestItems' ${lengths}`);
    expect(await writes(...Array.from({ length: 26 }, (_, n) => ({ DeleteRequest: { Key: { id: { S: String(n) } } } })))).toContain(lengths);
    const other = await cloud.makeTable();
    expect(await words(cloud.db.send(new BatchGetItemCommand({ RequestItems: { [TableName]: { Keys: [Key], ProjectionExpression: "id" }, [other]: { Keys: [Key], AttributesToGet: ["id"] } } })))).toBe(
      "Can not use both expression and non-expression parameters in the same request: Non-expression parameters: {AttributesToGet} Expression parameters: {ProjectionExpression}",
    );
    const twice = [{ PutRequest: { Item: Key } }, { DeleteRequest: { Key } }];
    expect(await words(cloud.db.send(new BatchWriteItemCommand({ RequestItems: { [TableName]: twice } })))).toBe("Provided list of item keys contains duplicates");
  });
});
