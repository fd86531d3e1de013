// Queries and scans: ranges, orders, pages, indexes, filters and shares, driven by the official client.
import {
  BatchWriteItemCommand, PutItemCommand, QueryCommand, ScanCommand, UpdateItemCommand,
  type AttributeValue, type CreateTableCommandInput, type QueryCommandInput, type ScanCommandInput,
} from "@aws-sdk/client-dynamodb";
import { beforeAll, describe, expect, test } from "vitest";
import { INVALID, ranged, tablesForTests, words } from "./tables-harness.ts";

const numbers = ["-99999999999999999999999999999999999999", "-1000", "-12.5", "-12.49", "-1", "-0.001", "0", "1e-130", "0.5", "1", "2", "10", "12.5", "100", "99999999999999999999999999999999999999", "1e125"];
const indexes: Partial<CreateTableCommandInput> = {
  AttributeDefinitions: [...(ranged.AttributeDefinitions ?? []), { AttributeName: "team", AttributeType: "S" }, { AttributeName: "score", AttributeType: "N" }],
  LocalSecondaryIndexes: [{ IndexName: "by-score", KeySchema: [{ AttributeName: "id", KeyType: "HASH" }, { AttributeName: "score", KeyType: "RANGE" }], Projection: { ProjectionType: "KEYS_ONLY" } }],
  GlobalSecondaryIndexes: [
    { IndexName: "teams", KeySchema: [{ AttributeName: "team", KeyType: "HASH" }, { AttributeName: "score", KeyType: "RANGE" }], Projection: { ProjectionType: "INCLUDE", NonKeyAttributes: ["color"] } },
    { IndexName: "scores", KeySchema: [{ AttributeName: "score", KeyType: "HASH" }], Projection: { ProjectionType: "ALL" } },
  ],
};
const { cloud, TableName } = await tablesForTests({ ...ranged, ...indexes });

beforeAll(async () => {
  const item = (pos: string): Values => ({ id: { S: "n" }, pos: { N: pos }, label: { S: pos } });
  const items = numbers.toSorted().map((pos, n) => (n % 2 ? Object.assign(item(pos), { team: { S: "red" }, score: { N: String(n) }, color: { S: "c" }, secret: { S: "s" } }) : item(pos)));
  await cloud.db.send(new BatchWriteItemCommand({ RequestItems: { [TableName]: items.map((Item) => ({ PutRequest: { Item } })) } }));
});

type Values = Record<string, AttributeValue>;
const query = (KeyConditionExpression: string, values: Values, more: Partial<QueryCommandInput> = {}) =>
  cloud.db.send(new QueryCommand({ TableName, KeyConditionExpression, ExpressionAttributeValues: values, ...more }));
const scan = (more: Partial<ScanCommandInput> = {}) => cloud.db.send(new ScanCommand({ TableName, ...more }));
const labels = (answer: { Items?: Values[] | undefined }) => (answer.Items ?? []).map(({ label }) => label?.S);
const N = { ":id": { S: "n" } };

describe("a query", () => {
  test("finds numbers in their order, forwards and backwards", async () => {
    const tiny = numbers.map((text) => text);
    expect(labels(await query("id = :id", N))).toEqual(tiny);
    expect(labels(await query("id = :id", N, { ScanIndexForward: false }))).toEqual(tiny.toReversed());
  });

  test.each<[string, readonly string[], readonly [number, number]]>([
    ["pos > :a", ["-12.5"], [3, 16]], ["pos >= :a", ["-12.5"], [2, 16]], ["pos < :a", ["0"], [0, 6]], ["pos <= :a", ["0.0"], [0, 7]], ["pos = :a", ["10"], [11, 12]], ["pos BETWEEN :a AND :b", ["-1", "1"], [4, 10]], ["pos > :a", ["1e125"], [16, 16]],
  ])("takes a range: %s %j", async (condition, values, [from, to]) => {
    const named = Object.fromEntries(values.map((value, n) => [n === 0 ? ":a" : ":b", { N: value }]));
    for (const ScanIndexForward of [true, false]) {
      const found = labels(await query(`id = :id AND ${condition}`, { ...N, ...named }, { ScanIndexForward }));
      expect(ScanIndexForward ? found : found.toReversed()).toEqual(numbers.slice(from, to));
    }
  });

  test("goes on behind the last key, in both directions, until nothing is left", async () => {
    for (const ScanIndexForward of [true, false]) {
      const found: (string | undefined)[] = [];
      let start: Values | undefined;
      let pages = 0;
      do {
        const page = await query("id = :id", N, { Limit: 5, ScanIndexForward, ExclusiveStartKey: start });
        found.push(...labels(page));
        start = page.LastEvaluatedKey;
        pages++;
      } while (start);
      expect(found).toEqual(ScanIndexForward ? numbers : numbers.toReversed());
      expect(pages).toBe(4);
    }
    // The original says that there may be more whenever the limit was reached.
    expect((await query("id = :id", N, { Limit: 16 })).LastEvaluatedKey).toEqual({ id: { S: "n" }, pos: { N: `1${"0".repeat(125)}` } });
  });

  test("filters after reading, counts both, and can only count", async () => {
    const filtered = await query("id = :id", { ...N, ":red": { S: "red" } }, { FilterExpression: "team = :red", Limit: 4 });
    expect(filtered).toMatchObject({ Count: 2, ScannedCount: 4 });
    const counted = await query("id = :id", N, { Select: "COUNT", ReturnConsumedCapacity: "TOTAL" });
    expect(counted).toMatchObject({ Count: 16, ScannedCount: 16, ConsumedCapacity: { CapacityUnits: 0.5 } });
    expect(counted.Items).toBeUndefined();
  });

  test("still understands the conditions of the time before expressions", async () => {
    const found = await cloud.db.send(new QueryCommand({
      TableName, KeyConditions: { id: { ComparisonOperator: "EQ", AttributeValueList: [{ S: "n" }] }, pos: { ComparisonOperator: "GE", AttributeValueList: [{ N: "100" }] } }, QueryFilter: { label: { ComparisonOperator: "NE", AttributeValueList: [{ S: "100" }] } }, AttributesToGet: ["label"],
    }));
    expect(found.Items).toEqual(numbers.slice(14).map((label) => ({ label: { S: label } })));
    // Old mappers send these, and beside them what is newer.
    const KeyConditions = { id: { ComparisonOperator: "EQ" as const, AttributeValueList: [{ S: "n" }] } };
    expect((await cloud.db.send(new QueryCommand({ TableName, KeyConditions, FilterExpression: "label = :l", ExpressionAttributeValues: { ":l": { S: "100" } }, ProjectionExpression: "label" }))).Items).toEqual([{ label: { S: "100" } }]);
    expect(await words(cloud.db.send(new QueryCommand({ TableName, KeyConditions, AttributesToGet: ["label"], KeyConditionExpression: "id = :id", ExpressionAttributeValues: N })))).toBe(
      "Can not use both expression and non-expression parameters in the same request: Non-expression parameters: {AttributesToGet, KeyConditions} Expression parameters: {KeyConditionExpression}",
    );
  });

  test("finds strings and bytes by how they begin", async () => {
    for (const AttributeType of ["S", "B"] as const) {
      const table = await cloud.makeTable({ ...ranged, AttributeDefinitions: [{ AttributeName: "id", AttributeType: "S" }, { AttributeName: "pos", AttributeType }] });
      const texts = ["", "a", "a\u0000", "ab", "a\u{10ffff}", "b", "\u{ffff}", "\u{10ffff}"].slice(1);
      const value = (text: string): AttributeValue => (AttributeType === "S" ? { S: text } : { B: Buffer.from(text) });
      await cloud.db.send(new BatchWriteItemCommand({ RequestItems: { [table]: texts.map((text) => ({ PutRequest: { Item: { id: { S: "x" }, pos: value(text), label: { S: text } } } })) } }));
      const ask = async (condition: string, text: string) => labels(await cloud.db.send(new QueryCommand({ TableName: table, KeyConditionExpression: `id = :x AND ${condition}`, ExpressionAttributeValues: { ":x": { S: "x" }, ":t": value(text) } })));
      expect(await ask("begins_with(pos, :t)", "a")).toEqual(["a", "a\u0000", "ab", "a\u{10ffff}"]);
      expect(await ask("begins_with(pos, :t)", "\u{10ffff}")).toEqual(["\u{10ffff}"]);
      expect(await ask("pos >= :t", "a")).toEqual(texts);
    }
  });

  const bad = (text: string): string => `Invalid KeyConditionExpression: ${text}`;
  test.each<[string, Values, string]>([
    ["pos = :a", { ":a": { N: "1" } }, "Query condition missed key schema element: id"],
    ["id > :id", N, "Query key condition not supported"],
    ["id = :id OR pos = :a", { ...N, ":a": { N: "1" } }, bad("Invalid operator used in KeyConditionExpression: OR")],
    ["id = :id AND pos <> :a", { ...N, ":a": { N: "1" } }, bad("Invalid operator used in KeyConditionExpression: <>")],
    ["id = :id AND attribute_exists(pos)", N, bad("Invalid operator used in KeyConditionExpression: attribute_exists")],
    ["id = :id AND pos > :a AND pos < :b", { ...N, ":a": { N: "1" }, ":b": { N: "2" } }, "Invalid KeyConditionExpression: KeyConditionExpressions must only contain one condition per key"],
    ["id = :id AND pos > :a AND more > :b", { ...N, ":a": { N: "1" }, ":b": { N: "2" } }, "The number of query conditions (3) exceeds the number of key attributes defined in the schema (2)"],
    ["id = :id AND oth = :a", { ...N, ":a": { N: "1" } }, "Query condition missed key schema element: pos"],
    ["id = :id AND pos = :a", { ...N, ":a": { S: "1" } }, "One or more parameter values were invalid: Condition parameter type does not match schema type"],
    ["id.x = :id", N, bad("KeyConditionExpressions cannot have conditions on nested attributes")],
  ])("is refused: %s", async (condition, values, message) => expect(await words(query(condition, values))).toBe(message));

  test("does not filter by its own key, nor begin outside its range", async () => {
    expect(await words(query("id = :id", { ...N, ":a": { N: "1" } }, { FilterExpression: "pos > :a" }))).toBe("Filter Expression can only contain non-primary key attributes: Primary key attribute: pos");
    expect(await words(query("id = :id AND pos > :a", { ...N, ":a": { N: "1" } }, { ExclusiveStartKey: { id: { S: "n" }, pos: { N: "0" } } }))).toBe("The provided starting key is outside query boundaries based on provided conditions");
    expect(await words(query("id = :id", N, { ExclusiveStartKey: { id: { S: "n" } } }))).toBe("Exclusive Start Key must have same size as table's key schema");
    expect(await words(cloud.db.send(new QueryCommand({ TableName })))).toBe("Either the KeyConditions or KeyConditionExpression parameter must be specified in the request.");
  });
});

describe("an index", () => {
  const red = { ":red": { S: "red" } };

  test("is sparse, holds what it projects, and follows its items", async () => {
    const found = await query("team = :red", red, { IndexName: "teams" });
    expect(found.Count).toBe(8);
    expect(found.Items?.[0]).toEqual({ id: { S: "n" }, pos: { N: expect.any(String) }, team: { S: "red" }, score: { N: "1" }, color: { S: "c" } });
    const { id, pos } = found.Items?.[0] ?? {};
    const Key = { id: id as AttributeValue, pos: pos as AttributeValue };
    await cloud.db.send(new UpdateItemCommand({ TableName, Key, UpdateExpression: "SET score = :s", ExpressionAttributeValues: { ":s": { N: "100" } } }));
    expect((await query("team = :red", red, { IndexName: "teams", ScanIndexForward: false, Limit: 1 })).Items?.[0]?.["score"]).toEqual({ N: "100" });
    await cloud.db.send(new UpdateItemCommand({ TableName, Key, UpdateExpression: "REMOVE team" }));
    expect((await query("team = :red", red, { IndexName: "teams" })).Count).toBe(7);
    await cloud.db.send(new UpdateItemCommand({ TableName, Key, UpdateExpression: "SET team = :t, score = :s", ExpressionAttributeValues: { ":t": { S: "red" }, ":s": { N: "1" } } }));
    expect((await scan({ IndexName: "scores" })).Count).toBe(8);
  });

  test("is paged by its own keys and the table's", async () => {
    const first = await query("team = :red", red, { IndexName: "teams", Limit: 3 });
    expect(Object.keys(first.LastEvaluatedKey ?? {}).toSorted()).toEqual(["id", "pos", "score", "team"]);
    const second = await query("team = :red", red, { IndexName: "teams", ExclusiveStartKey: first.LastEvaluatedKey });
    expect([first.Count, second.Count]).toEqual([3, 5]);
    const back = await query("team = :red", red, { IndexName: "teams", ExclusiveStartKey: first.LastEvaluatedKey, ScanIndexForward: false });
    expect(back.Count).toBe(2);
    expect(await words(query("team = :red", red, { IndexName: "teams", ExclusiveStartKey: { id: { S: "n" }, pos: { N: "1" } } }))).toBe("The provided starting key is invalid");
  });

  test("of the local kind fetches what it does not hold; of the global kind says that it can not", async () => {
    expect((await query("id = :id AND score > :s", { ...N, ":s": { N: "0" } }, { IndexName: "by-score", ConsistentRead: true })).Items?.[0]).toEqual({ id: { S: "n" }, pos: expect.anything(), score: { N: "1" } });
    expect((await query("id = :id AND score > :s", { ...N, ":s": { N: "0" } }, { IndexName: "by-score", ProjectionExpression: "secret" })).Items?.[0]).toEqual({ secret: { S: "s" } });
    expect((await query("id = :id AND score > :s", { ...N, ":s": { N: "0" } }, { IndexName: "by-score", Select: "ALL_ATTRIBUTES" })).Items?.[0]).toMatchObject({ secret: { S: "s" }, color: { S: "c" } });
    expect(await words(query("team = :red", red, { IndexName: "teams", Select: "ALL_ATTRIBUTES" }))).toBe(`${INVALID}Select type ALL_ATTRIBUTES is not supported for global secondary index teams because its projection type is not ALL`);
    expect(await words(query("team = :red", red, { IndexName: "teams", ProjectionExpression: "secret" }))).toBe(`${INVALID}Global secondary index teams does not project [secret]`);
    const FilterExpression = "secret = :s OR color = :s";
    expect(await words(query("team = :red", { ...red, ":s": { S: "s" } }, { IndexName: "teams", FilterExpression }))).toBe(`${INVALID}Secondary index teams does not project one or more filter attributes: [secret]`);
    expect(await words(cloud.db.send(new QueryCommand({ TableName, IndexName: "teams", KeyConditions: { team: { ComparisonOperator: "EQ", AttributeValueList: [{ S: "red" }] } }, QueryFilter: { secret: { ComparisonOperator: "NULL" } } })))).toBe(`${INVALID}Secondary index teams does not project one or more filter attributes: [secret]`);
    expect(await scan({ IndexName: "teams", FilterExpression, ExpressionAttributeValues: { ":s": { S: "s" } } })).toMatchObject({ Count: 0, ScannedCount: 8 });
    const filtered = await query("id = :id", { ...N, ":s": { S: "s" } }, { IndexName: "by-score", FilterExpression });
    expect([filtered.Count, filtered.Items?.[0]]).toEqual([8, { id: { S: "n" }, pos: expect.anything(), score: { N: "1" } }]);
    expect(await words(query("team = :red", red, { IndexName: "teams", ConsistentRead: true }))).toBe("Consistent reads are not supported on global secondary indexes");
    expect(await words(query("team = :red", red, { IndexName: "nope" }))).toBe("The table does not have the specified index: nope");
    expect(await words(cloud.db.send(new PutItemCommand({ TableName, Item: { id: { S: "x" }, pos: { N: "1" }, team: { N: "1" } } })))).toBe(`${INVALID}Type mismatch for Index Key team Expected: S Actual: N IndexName: teams`);
  });
});

describe("a scan", () => {
  test("in shares finds every item once", async () => {
    const table = await cloud.makeTable();
    const ids = Array.from({ length: 60 }, (_, n) => `item-${n}`);
    for (let n = 0; n < 60; n += 20) await cloud.db.send(new BatchWriteItemCommand({ RequestItems: { [table]: ids.slice(n, n + 20).map((id) => ({ PutRequest: { Item: { id: { S: id } } } })) } }));
    const shares = await Promise.all([0, 1, 2, 3, 4, 5, 6].map(async (Segment) => {
      const found: (string | undefined)[] = [];
      let start: Values | undefined;
      do {
        const page = await cloud.db.send(new ScanCommand({ TableName: table, Segment, TotalSegments: 7, Limit: 4, ExclusiveStartKey: start }));
        found.push(...(page.Items ?? []).map(({ id }) => id?.S));
        start = page.LastEvaluatedKey;
      } while (start);
      return found;
    }));
    expect(shares.flat().toSorted()).toEqual(ids.toSorted());
    expect(shares.filter((share) => share.length > 0).length).toBeGreaterThan(4);
    expect(await words(scan({ Segment: 2, TotalSegments: 2 }))).toBe("The Segment parameter is zero-based and must be less than parameter TotalSegments: Segment: 2 is not less than TotalSegments: 2");
    expect(await words(scan({ Segment: 2 }))).toBe("The TotalSegments parameter is required but was not present in the request when Segment parameter is present");
  });

  test("stops at a megabyte, before the filter", async () => {
    const table = await cloud.makeTable();
    await Promise.all(Array.from({ length: 12 }, (_, n) => cloud.db.send(new PutItemCommand({ TableName: table, Item: { id: { S: `i${n}` }, s: { S: "x".repeat(200_000) } } }))));
    const page = await cloud.db.send(new ScanCommand({ TableName: table, FilterExpression: "attribute_not_exists(s)" }));
    expect(page).toMatchObject({ Count: 0, ScannedCount: 6 });
    const rest = await cloud.db.send(new ScanCommand({ TableName: table, ExclusiveStartKey: page.LastEvaluatedKey, Select: "COUNT" }));
    expect(rest).toMatchObject({ Count: 6, LastEvaluatedKey: expect.anything() });
  });

  test("filters, in both generations of requests", async () => {
    expect((await scan({ FilterExpression: "#l IN (:a, :b)", ExpressionAttributeNames: { "#l": "label" }, ExpressionAttributeValues: { ":a": { S: "0" }, ":b": { S: "10" } } })).Count).toBe(2);
    expect((await scan({ ScanFilter: { label: { ComparisonOperator: "BEGINS_WITH", AttributeValueList: [{ S: "-1" }] }, team: { ComparisonOperator: "NULL" } }, ConditionalOperator: "AND" })).ScannedCount).toBe(16);
    expect(await words(scan({ Select: "COUNT", ProjectionExpression: "label" }))).toBe("Cannot specify the ProjectionExpression when choosing to get only the Count");
    expect(await words(scan({ Select: "ALL_ATTRIBUTES", AttributesToGet: ["label"] }))).toBe("Cannot specify the AttributesToGet when choosing to get ALL_ATTRIBUTES");
    expect(await words(scan({ Select: "SPECIFIC_ATTRIBUTES" }))).toBe("Must specify the AttributesToGet or ProjectionExpression when choosing to get SPECIFIC_ATTRIBUTES");
  });
});
