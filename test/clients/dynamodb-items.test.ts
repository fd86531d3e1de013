// Items: put, read, updated and deleted, driven by the official client; and every mistake in the original's words.
import {
  BatchGetItemCommand, DeleteItemCommand, GetItemCommand, PutItemCommand, ScanCommand, TransactGetItemsCommand, UpdateItemCommand,
  type AttributeValue, type PutItemCommandInput, type UpdateItemCommandInput,
} from "@aws-sdk/client-dynamodb";
import { describe, expect, test } from "vitest";
import { failure } from "./s3-harness.ts";
import { INVALID, tablesForTests, words } from "./tables-harness.ts";

const { cloud, TableName } = await tablesForTests();

type Item = Record<string, AttributeValue>;
const Key = { id: { S: "a" } };
const put = (Item: Item, more: Partial<PutItemCommandInput> = {}) => cloud.db.send(new PutItemCommand({ TableName, Item: { ...Key, ...Item }, ...more }));
const update = (UpdateExpression: string, values: Item = {}, more: Partial<UpdateItemCommandInput> = {}) =>
  cloud.db.send(new UpdateItemCommand({ TableName, Key, UpdateExpression, ...(Object.keys(values).length > 0 ? { ExpressionAttributeValues: values } : {}), ReturnValues: "ALL_NEW", ...more }));
const get = async (ProjectionExpression?: string) => (await cloud.db.send(new GetItemCommand({ TableName, Key, ...(ProjectionExpression === undefined ? {} : { ProjectionExpression }) }))).Item;

describe("an item", () => {
  test("comes back as it was put, numbers in canonical form", async () => {
    const item: Item = {
      s: { S: "päß\u0000\u{1f600}" }, empty: { S: "" }, n: { N: "1.50" }, big: { N: "99999999999999999999999999999999999999" }, tiny: { N: "1e-130" }, huge: { N: "-9.9999999999999999999999999999999999999E+125" },
      b: { B: Buffer.from([0, 255, 1]) }, none: { B: new Uint8Array() }, yes: { BOOL: true }, nothing: { NULL: true }, ss: { SS: ["b"] }, ns: { NS: ["1", "2.0"] }, bs: { BS: [new Uint8Array([120])] },
      l: { L: [{ S: "x" }, { L: [] }, { M: {} }] }, m: { M: { inner: { M: { deep: { B: new Uint8Array([121]) } } } } }, constructor: { S: "c" }, toString: { N: "0" },
    } as Item;
    await put(item);
    const found = await get();
    expect(found).toMatchObject({ ...item, n: { N: "1.5" }, ns: { NS: ["1", "2"] }, tiny: { N: `0.${"0".repeat(129)}1` }, huge: { N: `-${"9".repeat(38)}${"0".repeat(88)}` }, b: { B: new Uint8Array([0, 255, 1]) }, none: { B: new Uint8Array() } });
  });

  test("has its sets in order, wherever they come from", async () => {
    const bytes = (...texts: number[][]): AttributeValue => ({ BS: texts.map((text) => new Uint8Array(text)) });
    await put({ ss: { SS: ["b", "\u{1f600}", "\uffff", "B", ""] }, ns: { NS: ["10", "9", "-1", "1e-3"] }, bs: bytes([200], [1, 2], [1]), l: { L: [{ SS: ["y", "x"] }] } });
    const kept = { ss: { SS: ["", "B", "b", "\uffff", "\u{1f600}"] }, ns: { NS: ["-1", "0.001", "9", "10"] }, bs: bytes([1], [1, 2], [200]), l: { L: [{ SS: ["x", "y"] }] } };
    expect(await get()).toEqual({ ...Key, ...kept });
    const more = { ":s": { SS: ["z", "a"] }, ":n": { NS: ["9.5", "-2"] }, ":b": bytes([1, 1]) };
    expect((await update("ADD ss :s, ns :n, bs :b SET fresh = :s", more)).Attributes).toMatchObject({ ss: { SS: ["", "B", "a", "b", "z", "\uffff", "\u{1f600}"] }, ns: { NS: ["-2", "-1", "0.001", "9", "9.5", "10"] }, bs: bytes([1], [1, 1], [1, 2], [200]), fresh: { SS: ["a", "z"] } });
  });

  test("answers with what the request wants back", async () => {
    await put({ x: { N: "1" }, m: { M: { a: { N: "1" }, b: { N: "2" } } }, l: { L: [{ N: "0" }, { N: "1" }] } });
    const sets = { ":v": { N: "5" } };
    const both = "SET m.a = :v, l[1] = :v, fresh = :v REMOVE x";
    expect((await update(both, sets, { ReturnValues: "UPDATED_OLD" })).Attributes).toEqual({ m: { M: { a: { N: "1" } } }, l: { L: [{ N: "1" }] }, x: { N: "1" } });
    expect((await update(both, sets, { ReturnValues: "UPDATED_NEW" })).Attributes).toEqual({ m: { M: { a: { N: "5" } } }, l: { L: [{ N: "5" }] }, fresh: { N: "5" } });
    expect((await update("SET fresh = :v", sets, { ReturnValues: "NONE" })).Attributes).toBeUndefined();
    expect((await update("REMOVE m", {}, { ReturnValues: "ALL_OLD" })).Attributes).toMatchObject({ m: { M: { a: { N: "5" } } } });
    expect((await put({ x: { S: "new" } }, { ReturnValues: "ALL_OLD" })).Attributes).toMatchObject({ fresh: { N: "5" } });
    expect((await cloud.db.send(new DeleteItemCommand({ TableName, Key, ReturnValues: "ALL_OLD" }))).Attributes).toEqual({ ...Key, x: { S: "new" } });
    expect(await get()).toBeUndefined();
    expect(await words(put({}, { ReturnValues: "ALL_NEW" }))).toBe("ReturnValues can only be ALL_OLD or NONE");
  });

  test("shows the item that did not meet the condition, when asked", async () => {
    await put({ x: { N: "1" } });
    const refused = await failure(put({}, { ConditionExpression: "attribute_not_exists(id)", ReturnValuesOnConditionCheckFailure: "ALL_OLD" }));
    expect(refused).toMatchObject({ name: "ConditionalCheckFailedException", message: "The conditional request failed", Item: { ...Key, x: { N: "1" } } });
    expect(await failure(put({}, { ConditionExpression: "attribute_not_exists(id)" }))).toMatchObject({ Item: undefined });
  });

  test("costs what the original counts", async () => {
    const { ConsumedCapacity: wrote } = await put({ s: { S: "x".repeat(2000) } }, { ReturnConsumedCapacity: "TOTAL" });
    expect(wrote).toEqual({ TableName, CapacityUnits: 2 });
    const { ConsumedCapacity: read } = await cloud.db.send(new GetItemCommand({ TableName, Key, ReturnConsumedCapacity: "INDEXES" }));
    expect(read).toEqual({ TableName, CapacityUnits: 0.5, Table: { CapacityUnits: 0.5 } });
  });

  test("may have 400 KB and no more", async () => {
    await put({ s: { S: "x".repeat(400 * 1024 - 4) } });
    expect(await words(put({ s: { S: "x".repeat(400 * 1024 - 3) } }))).toBe("Item size has exceeded the maximum allowed size");
    expect(await words(update("SET y = :v", { ":v": { S: "12345" } }))).toBe("Item size to update has exceeded the maximum allowed size");
  });

  // Measured at the limit of AWS: digits before and behind the point are paired each for themselves.
  test.each<[string, number]>([
    ["0", 1], ["-0", 1], ["1", 2], ["12", 2], ["123", 3], ["1234", 3], ["100", 2], ["1010", 3], ["0042", 2], ["1E125", 2], ["1E-100", 2], ["0.15", 2], ["1.5", 3], ["1.200", 3], ["1.234", 4], ["3.14159", 5], ["100.5", 4], ["-42", 3], ["12345678901234567890123456789012345678", 20],
  ])("counts the number %s as %i bytes", async (N, bytes) => {
    const room = 400 * 1024 - 3 - 1 - 1 - bytes;
    await put({ n: { N }, s: { S: "x".repeat(room) } });
    expect(await words(put({ n: { N }, s: { S: "x".repeat(room + 1) } }))).toBe("Item size has exceeded the maximum allowed size");
  });

  test("that is far larger as JSON than as the original counts it is kept with both its images", async () => {
    const streamed = await cloud.makeTable({ StreamSpecification: { StreamEnabled: true, StreamViewType: "NEW_AND_OLD_IMAGES" } });
    const flags = (BOOL: boolean): Item => ({ ...Key, l: { L: Array.from({ length: 204_000 }, () => ({ BOOL })) } });
    const escapes: Item = { ...Key, s: { S: "\u0001".repeat(409_000) } };
    for (const Item of [flags(false), flags(true), escapes]) await cloud.db.send(new PutItemCommand({ TableName: streamed, Item }));
    expect((await cloud.db.send(new GetItemCommand({ TableName: streamed, Key }))).Item).toEqual(escapes);
  });

  test("is counted up by many at once without losing one", async () => {
    await put({ n: { N: "0" } });
    await Promise.all(Array.from({ length: 60 }, () => update("ADD n :one", { ":one": { N: "1" } })));
    expect((await get())?.["n"]).toEqual({ N: "60" });
  });
});

describe("an update", () => {
  const start: Item = { n: { N: "10" }, s: { S: "s" }, l: { L: [{ N: "0" }, { N: "1" }, { N: "2" }] }, m: { M: { x: { N: "1" } } }, ss: { SS: ["a", "b"] }, ns: { NS: ["1"] }, bs: { BS: [Buffer.from("x")] } };
  const v: Item = { ":v": { N: "3" }, ":l": { L: [{ S: "z" }] }, ":ss": { SS: ["b", "c"] }, ":half": { N: "0.5" } };
  const only = (expression: string): Item => Object.fromEntries(Object.entries(v).filter(([name]) => new RegExp(`${name}\\b`).test(expression)));

  test.each<[string, Item]>([
    ["SET n = n + :v", { n: { N: "13" } }],
    ["set n = :v - n", { n: { N: "-7" } }],
    ["SET n = (n - :half)", { n: { N: "9.5" } }],
    ["SET q = if_not_exists(q, :v)", { q: { N: "3" } }],
    ["SET n = if_not_exists(n, :v) + :v", { n: { N: "13" } }],
    ["SET l = list_append(l, :l)", { l: { L: [{ N: "0" }, { N: "1" }, { N: "2" }, { S: "z" }] } }],
    ["SET l = list_append(:l, l)", { l: { L: [{ S: "z" }, { N: "0" }, { N: "1" }, { N: "2" }] } }],
    ["SET l[1] = :v REMOVE l[0]", { l: { L: [{ N: "3" }, { N: "2" }] } }],
    ["SET l[99] = :v, l[50] = n", { l: { L: [{ N: "0" }, { N: "1" }, { N: "2" }, { N: "10" }, { N: "3" }] } }],
    ["REMOVE l[0], l[2]", { l: { L: [{ N: "1" }] } }],
    ["REMOVE l[7], m.nothing", { m: { M: { x: { N: "1" } } } }],
    ["SET m.y = m.x, m.z = s", { m: { M: { x: { N: "1" }, y: { N: "1" }, z: { S: "s" } } } }],
    ["SET n = s, s = n", { n: { S: "s" }, s: { N: "10" } }],
    ["ADD n :v, q :half", { n: { N: "13" }, q: { N: "0.5" } }],
    ["ADD ss :ss", { ss: { SS: ["a", "b", "c"] } }],
    ["DELETE ss :ss", { ss: { SS: ["a"] } }],
    ["ADD fresh :ss", { fresh: { SS: ["b", "c"] } }],
  ])("%s", async (expression, expected) => {
    await put(start);
    expect((await update(expression, only(expression))).Attributes).toMatchObject(expected);
  });

  test("takes the last member of a set away with the set", async () => {
    await put({ ss: { SS: ["a"] } });
    expect((await update("DELETE ss :ss", { ":ss": { SS: ["a", "b"] } })).Attributes).toEqual(Key);
  });

  test.each<[string | undefined, Item | undefined]>([
    [undefined, Key], ["SET n = :v", { ...Key, n: { N: "3" } }], ["ADD n :v", { ...Key, n: { N: "3" } }], ["REMOVE x SET n = :v", { ...Key, n: { N: "3" } }], ["REMOVE x", undefined], ["REMOVE x.y, l[0]", undefined], ["DELETE ss :ss", undefined], ["REMOVE x DELETE ss :ss", undefined],
  ])("makes an item that is not there, unless it only takes away: %s", async (expression, expected) => {
    await cloud.db.send(new DeleteItemCommand({ TableName, Key }));
    const { Attributes } = expression === undefined ? await cloud.db.send(new UpdateItemCommand({ TableName, Key, ReturnValues: "ALL_NEW" })) : await update(expression, only(expression));
    expect([Attributes, await get()]).toEqual([expected, expected]);
  });

  test("adds exactly, up to 38 digits", async () => {
    await put({ n: { N: "0.1" } });
    expect((await update("SET n = n + :v", { ":v": { N: "0.2" } })).Attributes?.["n"]).toEqual({ N: "0.3" });
    expect((await update("SET n = :a + :b", { ":a": { N: "99999999999999999999999999999999999998" }, ":b": { N: "1" } })).Attributes?.["n"]).toEqual({ N: "99999999999999999999999999999999999999" });
    const overflow = "Number overflow. Attempting to store a number with magnitude larger than supported range";
    expect(await words(update("ADD n :v", { ":v": { N: "0.1" } }))).toBe(overflow);
    expect(await words(update("SET n = :v + :v", { ":v": { N: "9e125" } }))).toBe(overflow);
    expect(await words(update("SET n = :v - :one", { ":v": { N: "1e50" }, ":one": { N: "1" } }))).toBe(overflow);
  });

  test.each<[string, Item, string]>([
    ["", {}, "Invalid UpdateExpression: The expression can not be empty;"],
    ["SET a", {}, 'Invalid UpdateExpression: Syntax error; token: "<EOF>", near: "a"'],
    ["SET a = = b", {}, 'Invalid UpdateExpression: Syntax error; token: "=", near: "= = b"'],
    ["SET a = :v SET b = :v", v, 'Invalid UpdateExpression: The "SET" section can only be used once in an update expression;'],
    ["SET status = :v", v, "Invalid UpdateExpression: Attribute name is a reserved keyword; reserved keyword: status"],
    ["SET #n = :v", v, "Invalid UpdateExpression: An expression attribute name used in the document path is not defined; attribute name: #n"],
    ["SET a = :nope", v, "Invalid UpdateExpression: An expression attribute value used in expression is not defined; attribute value: :nope"],
    ["SET a = :v, a.b = :v", v, "Invalid UpdateExpression: Two document paths overlap with each other; must remove or rewrite one of these paths; path one: [a], path two: [a, b]"],
    ["SET a[0] = :v, a.b = :v", v, "Invalid UpdateExpression: Two document paths conflict with each other; must remove or rewrite one of these paths; path one: [a, [0]], path two: [a, b]"],
    ["SET id = :v", v, `${INVALID}Cannot update attribute id. This attribute is part of the key`],
    ["SET a = absent", {}, "The provided expression refers to an attribute that does not exist in the item"],
    ["SET a = s + :v", v, "An operand in the update expression has an incorrect data type"],
    ["SET a = :l + :v", v, "Invalid UpdateExpression: Incorrect operand type for operator or function; operator or function: +, operand type: L"],
    ["SET a = list_append(list_append(l, :l), :l)", v, "Invalid UpdateExpression: The function is not allowed to be used this way in an expression; function: list_append"],
    ["SET _a = :v", v, 'Invalid UpdateExpression: Syntax error; token: "_", near: "SET _a"'],
    ["SET id.x = :v", v, `${INVALID}Cannot update attribute id. This attribute is part of the key`],
    ["SET a = nope(:v)", v, "Invalid UpdateExpression: Invalid function name; function: nope"],
    ["SET a = size(s)", {}, "Invalid UpdateExpression: The function is not allowed in an update expression; function: size"],
    ["SET a = if_not_exists(a)", {}, "Invalid UpdateExpression: Incorrect number of operands for operator or function; operator or function: if_not_exists, number of operands: 1"],
    ["SET s.x = :v", v, "The document path provided in the update expression is invalid for update"],
    ["SET nowhere.x = :v", v, "The document path provided in the update expression is invalid for update"],
    ["ADD s :v", v, "An operand in the update expression has an incorrect data type"],
    ["ADD a :l", v, "Invalid UpdateExpression: Incorrect operand type for operator or function; operator: ADD, operand type: LIST, typeSet: ALLOWED_FOR_ADD_OPERAND"],
    ["DELETE ss :v", v, "Invalid UpdateExpression: Incorrect operand type for operator or function; operator: DELETE, operand type: NUMBER, typeSet: ALLOWED_FOR_DELETE_OPERAND"],
    ["SET a = :v", { ":unused": { N: "1" } }, "Value provided in ExpressionAttributeValues unused in expressions: keys: {:unused}"],
  ])("is refused: %s", async (expression, values, message) => {
    await put(start);
    expect(await words(update(expression, values === v ? only(expression) : { ...only(expression), ...values }))).toBe(message);
  });
});

describe("a value or key", () => {
  test.each<[Item, string]>([
    [{ n: { N: "abc" } }, "The parameter cannot be converted to a numeric value: abc"],
    [{ "": { S: "x" } }, "Empty attribute name"],
    [{ m: { M: { "": { S: "x" } } } }, "Empty attribute name"],
    [{ n: { N: "" } }, "The parameter cannot be converted to a numeric value"],
    [{ n: { N: "123456789012345678901234567890123456789" } }, "Attempting to store more than 38 significant digits in a Number"],
    [{ n: { N: "1e126" } }, "Number overflow. Attempting to store a number with magnitude larger than supported range"],
    [{ n: { N: "1e-131" } }, "Number underflow. Attempting to store a number with magnitude smaller than supported range"],
    [{ s: { SS: [] } }, `${INVALID}An string set  may not be empty`],
    [{ s: { SS: ["a", "a"] } }, `${INVALID}Input collection [a, a] contains duplicates.`],
    [{ s: { BS: [Buffer.of(255), Buffer.of(0), Buffer.of(0)] } }, `${INVALID}Input collection [/w==, AA==, AA==]of type BS contains duplicates.`],
    [{ s: { NS: ["1", "1.0"] } }, "Input collection contains duplicates"],
    [{ n: { N: "1e2147483648" } }, "Number overflow. Attempting to store a number with magnitude larger than supported range"],
    [{ n: { N: "-1e99999999999" } }, "Number overflow. Attempting to store a number with magnitude larger than supported range"],
    [{ n: { N: "1e-99999999999" } }, "Number underflow. Attempting to store a number with magnitude smaller than supported range"],
    [{ s: { NULL: false as true } }, `${INVALID}Null attribute value types must have the value of true`],
    [{ s: {} as AttributeValue }, "Supplied AttributeValue is empty, must contain exactly one of the supported datatypes"],
    [{ id: { N: "1" } }, `${INVALID}Type mismatch for key id expected: S actual: N`],
    [{ id: { S: "" } }, "One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain an empty string value. Key: id"],
    [{ id: { S: "x".repeat(2049) } }, `${INVALID}Size of hashkey has exceeded the maximum size limit of2048 bytes`],
  ])("is refused: %j", async (item, message) => expect(await words(put(item))).toBe(message));

  test("is judged before the table is looked for, as far as no table matters", async () => {
    expect(await words(cloud.db.send(new PutItemCommand({ TableName: "nowhere", Item: { n: { N: "abc" } } })))).toBe("The parameter cannot be converted to a numeric value: abc");
    expect(await words(cloud.db.send(new PutItemCommand({ TableName: "nowhere", Item: {}, ConditionExpression: "foo bar" })))).toMatch(/^Invalid ConditionExpression: Syntax error; /);
    expect(await words(cloud.db.send(new UpdateItemCommand({ TableName: "nowhere", Key: {}, UpdateExpression: "foo" })))).toMatch(/^Invalid UpdateExpression: Syntax error; /);
    expect(await words(cloud.db.send(new PutItemCommand({ TableName: "nowhere", Item: {} })))).toBe("Requested resource not found");
  });

  test("is missing or of the wrong kind", async () => {
    expect(await words(cloud.db.send(new PutItemCommand({ TableName, Item: { x: { S: "1" } } })))).toBe(`${INVALID}Missing the key id in the item`);
    for (const wrong of [{ x: { S: "a" } }, { id: { N: "1" } }, { id: { S: "a" }, x: { S: "b" } }] as Item[]) {
      expect(await words(cloud.db.send(new GetItemCommand({ TableName, Key: wrong })))).toBe("The provided key element does not match the schema");
    }
    let deep: AttributeValue = { S: "x" };
    for (let n = 0; n < 31; n++) deep = { L: [deep] };
    await put({ deep });
    // The attribute itself is the first of 32 levels.
    expect(await words(put({ deep: { M: { deep } } }))).toBe("Nesting Levels have exceeded supported limits: Attributes in the item have nested levels beyond supported limit");
  });
});

test("no path leads into a key", async () => {
  const indexed = await cloud.makeTable({
    AttributeDefinitions: [{ AttributeName: "id", AttributeType: "S" }, { AttributeName: "by", AttributeType: "S" }],
    GlobalSecondaryIndexes: [{ IndexName: "index", KeySchema: [{ AttributeName: "by", KeyType: "HASH" }], Projection: { ProjectionType: "ALL" } }],
  });
  for (const [path, key] of [["#p.x", "Key: id"], ["#p[0]", "Key: id"], ["#k[1].x", "IndexKey: by"]] as const) {
    const names = { ExpressionAttributeNames: { [path.slice(0, 2)]: path.startsWith("#p") ? "id" : "by" } };
    const filter = { TableName: indexed, FilterExpression: `attribute_exists(${path})`, ...names };
    const requests = [
      cloud.db.send(new GetItemCommand({ TableName: indexed, Key, ProjectionExpression: path, ...names })),
      cloud.db.send(new BatchGetItemCommand({ RequestItems: { [indexed]: { Keys: [Key], ProjectionExpression: path, ...names } } })),
      cloud.db.send(new TransactGetItemsCommand({ TransactItems: [{ Get: { TableName: indexed, Key, ProjectionExpression: path, ...names } }] })),
      cloud.db.send(new ScanCommand(filter)),
      ...(key === "Key: id" ? [] : [cloud.db.send(new UpdateItemCommand({ TableName: indexed, Key, UpdateExpression: `SET ${path} = :v`, ...names, ExpressionAttributeValues: { ":v": { S: "v" } } }))]),
    ];
    for (const request of requests) expect(await words(request)).toBe(`Key attributes must be scalars; list random access '[]' and map lookup '.' are not allowed: ${key}`);
  }
});

test("a projection shows the parts it names", async () => {
  await put({ m: { M: { a: { N: "1" }, b: { L: [{ N: "0" }, { M: { c: { S: "x" } } }] } } }, n: { N: "1" } });
  expect(await get("n, m.b[1].c, m.b[7], nothing")).toEqual({ n: { N: "1" }, m: { M: { b: { L: [{ M: { c: { S: "x" } } }] } } } });
  expect(await words(get("m, m.a"))).toBe("Invalid ProjectionExpression: Two document paths overlap with each other; must remove or rewrite one of these paths; path one: [m], path two: [m, a]");
});
