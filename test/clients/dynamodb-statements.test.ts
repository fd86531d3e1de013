// PartiQL: statements alone, in batches and in transactions, driven by the official client.
import { BatchExecuteStatementCommand, ExecuteStatementCommand, ExecuteTransactionCommand, GetItemCommand, type AttributeValue, type ExecuteStatementCommandInput } from "@aws-sdk/client-dynamodb";
import { beforeAll, expect, test } from "vitest";
import { failure } from "./s3-harness.ts";
import { ranged, tablesForTests, words } from "./tables-harness.ts";

const { cloud, TableName: T } = await tablesForTests({
  ...ranged,
  AttributeDefinitions: [...(ranged.AttributeDefinitions ?? []), { AttributeName: "team", AttributeType: "S" }],
  LocalSecondaryIndexes: [{ IndexName: "keys", KeySchema: [{ AttributeName: "id", KeyType: "HASH" }, { AttributeName: "team", KeyType: "RANGE" }], Projection: { ProjectionType: "KEYS_ONLY" } }],
  GlobalSecondaryIndexes: [{ IndexName: "teams", KeySchema: [{ AttributeName: "team", KeyType: "HASH" }, { AttributeName: "pos", KeyType: "RANGE" }], Projection: { ProjectionType: "ALL" } }],
});
beforeAll(async () => {
  await Promise.all(Array.from({ length: 10 }, (_, n) => run(`INSERT INTO "${T}" VALUE {'id': 'a', 'pos': ?, 'team': '${n % 2 ? "odd" : "even"}', 'm': {'x': [${n}, 'it''s', <<'p', 'q'>>, null, true]}}`, [{ N: String(n) }])));
});

const run = (Statement: string, Parameters?: AttributeValue[], more: Partial<ExecuteStatementCommandInput> = {}) => cloud.db.send(new ExecuteStatementCommand({ Statement, Parameters, ...more }));
const places = async (where: string, parameters?: AttributeValue[]) => ((await run(`SELECT pos FROM "${T}" ${where}`, parameters)).Items ?? []).map(({ pos }) => Number(pos?.N));
const get = async (pos: number) => (await cloud.db.send(new GetItemCommand({ TableName: T, Key: { id: { S: "a" }, pos: { N: String(pos) } } }))).Item;

test("SELECT finds by key, by range, by index and by anything else", async () => {
  expect((await run(`select * from "${T}" where id = 'a' and pos = 3;`)).Items).toEqual([{ id: { S: "a" }, pos: { N: "3" }, team: { S: "odd" }, m: { M: { x: { L: [{ N: "3" }, { S: "it's" }, { SS: ["p", "q"] }, { NULL: true }, { BOOL: true }] } } } }]);
  expect(await places("WHERE id = 'a' AND pos BETWEEN ? AND 5", [{ N: "2" }])).toEqual([2, 3, 4, 5]);
  expect(await places("WHERE id = 'a' AND pos > 6 ORDER BY pos DESC")).toEqual([9, 8, 7]);
  expect(await places("WHERE id = 'a' AND (pos = 1 OR team = 'even') AND NOT pos >= 5")).toEqual([0, 1, 2, 4]);
  expect((await places("WHERE pos IN [1, 2] OR m.x[0] = 7")).toSorted()).toEqual([1, 2, 7]);
  expect((await places("WHERE contains(m.x[2], 'p') AND m.x[3] IS NULL AND nothing IS MISSING AND begins_with(team, 'o') AND size(m.x) = 5")).toSorted()).toEqual([1, 3, 5, 7, 9]);
  expect((await run(`SELECT pos, m.x[1] FROM "${T}"."teams" WHERE team = 'odd' AND pos < 3`)).Items).toEqual([{ pos: { N: "1" }, x: { S: "it's" } }]);
  expect((await run(`SELECT m.x FROM "${T}" -- the nested list is a column
 WHERE id = 'a' /* and */ AND pos = 0`)).Items).toEqual([{ x: { L: [{ N: "0" }, { S: "it's" }, { SS: ["p", "q"] }, { NULL: true }, { BOOL: true }] } }]);
  expect(await places("WHERE id = 'a' AND m.x[1] IS STRING AND m.x IS LIST AND attribute_exists(team) = true AND attribute_exists(none) = FALSE AND pos < 2")).toEqual([0, 1]);
  expect(await places("WHERE id <> 'a'")).toEqual([]);
});

test("SELECT goes page by page", async () => {
  const statement = `SELECT pos FROM "${T}" WHERE id = 'a'`;
  const found: number[] = [];
  let NextToken: string | undefined;
  do {
    const page = await run(statement, undefined, { Limit: 4, NextToken });
    found.push(...(page.Items ?? []).map(({ pos }) => Number(pos?.N)));
    ({ NextToken } = page);
  } while (NextToken);
  expect(found).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  expect(await words(run(`${statement} AND pos > 1`, undefined, { NextToken: (await run(statement, undefined, { Limit: 1 })).NextToken }))).toBe("NextToken does not match request");
});

test("INSERT, UPDATE and DELETE change one item", async () => {
  expect(await failure(run(`INSERT INTO "${T}" VALUE {'id': 'a', 'pos': 1}`))).toMatchObject({ name: "DuplicateItemException", message: "Duplicate primary key exists in table" });
  await run(`INSERT INTO "${T}" VALUE ?`, [{ M: { id: { S: "a" }, pos: { N: "100" }, n: { N: "1" }, l: { L: [] }, s: { SS: ["a"] } } }]);
  const { Items } = await run(`UPDATE "${T}" SET n = n + 2 SET l = list_append(l, [1]) SET s = set_add(s, <<'b'>>) REMOVE nothing WHERE id = 'a' AND pos = 100 RETURNING ALL NEW *`);
  expect(Items).toEqual([{ id: { S: "a" }, pos: { N: "100" }, n: { N: "3" }, l: { L: [{ N: "1" }] }, s: { SS: ["a", "b"] } }]);
  expect((await run(`UPDATE "${T}" SET n = 9 WHERE id = 'a' AND pos = 100 AND n = 3 RETURNING MODIFIED OLD *`)).Items).toEqual([{ n: { N: "3" } }]);
  expect((await failure(run(`UPDATE "${T}" SET n = 9 WHERE id = 'a' AND pos = 100 AND n = 3`))).name).toBe("ConditionalCheckFailedException");
  expect((await failure(run(`UPDATE "${T}" SET n = 9 WHERE id = 'a' AND pos = 999`))).name).toBe("ConditionalCheckFailedException");
  expect((await run(`DELETE FROM "${T}" WHERE id = 'a' AND pos = 100 RETURNING ALL OLD *`)).Items).toMatchObject([{ n: { N: "9" } }]);
  await run(`DELETE FROM "${T}" WHERE id = 'a' AND pos = 100`);
  expect((await run(`DELETE FROM "${T}" WHERE id = 'a' AND pos = 100 AND n = 3 RETURNING ALL OLD *`)).Items).toEqual([]);
  expect((await failure(run(`DELETE FROM "${T}" WHERE id = 'a' AND pos = 1 AND n = 3`))).name).toBe("ConditionalCheckFailedException");
  expect(await get(100)).toBeUndefined();
});

test("mistakes are refused", async () => {
  expect(await words(run(`UPDATE "${T}" SET n = 9 WHERE id = 'a'`))).toBe("Where clause does not contain a mandatory equality on all key attributes");
  expect(await words(run(`SELECT * FROM "${T}" WHERE id = ?`))).toBe("Number of parameters in request and statement don't match.");
  expect(await words(run(`SELECT * FROM "${T}" WHERE id = 'a'`, [{ S: "x" }]))).toBe("Number of parameters in request and statement don't match.");
  expect(await words(run(`SELEC * FROM "${T}"`))).toBe("Statement wasn't well formed, can't be processed: Expected data manipulation");
  expect(await words(run(`SELECT * FROM "${T}" WHERE id IS NOTHING`))).toBe("Statement wasn't well formed, can't be processed: Expected type name");
  expect(await words(run(`SELECT * FROM "${T}" WHERE id = 'a' more`))).toBe("Statement wasn't well formed, can't be processed: Unexpected token after expression");
  expect(await words(run(`SELECT * FROM "${T}" WHERE 'open`))).toBe("Statement wasn't well formed, can't be processed: ");
  expect(await words(run(`SELECT * FROM "${T}" ORDER BY pos`))).toBe("Must have WHERE clause in the statement when using ORDER BY clause.");
  expect((await failure(run(`SELECT * FROM nowhere`))).name).toBe("ResourceNotFoundException");
  expect(await words(run(`SELECT * FROM "${T}"."none" WHERE id = 'a'`))).toBe("The table does not have the specified index");
  expect(await words(run(`SELECT * FROM "${T}"."teams"."more" WHERE id = 'a'`))).toBe("A path may contain at most 2 components in the FROM clause");
  for (const from of [`"${T}".""`, `""`]) expect(await words(run(`SELECT * FROM ${from} WHERE id = 'a'`))).toBe("Path component cannot be an empty string");
  expect(await words(run(`SELECT * FROM "${T}"."teams" WHERE team = 'odd'`, undefined, { ConsistentRead: true }))).toBe("Strongly consistent read is not supported on Global Secondary Indexes");
  expect(await words(run(`SELECT pos FROM "${T}"."keys" WHERE id = 'a' AND m = 1`))).toBe("One or more parameter values were invalid: Secondary index keys does not project one or more filter attributes: [m]");
  // Without a key it finds nothing there, which is no mistake.
  expect((await run(`SELECT pos FROM "${T}"."keys" WHERE m = 1`)).Items).toEqual([]);
  for (const [operator, where] of [["<", "n < ?"], ["BETWEEN", "n BETWEEN ? AND 1"]] as const) {
    expect(await words(run(`SELECT pos FROM "${T}" WHERE id = 'a' AND ${where}`, [{ BOOL: true }]))).toBe(`Incorrect operand type for operator or function; operator or function: ${operator}, operand type: BOOL`);
  }
  for (const returning of ["ALL NEW", "MODIFIED OLD", "MODIFIED NEW"]) {
    expect(await words(run(`DELETE FROM "${T}" WHERE id = 'a' AND pos = 1 RETURNING ${returning} *`))).toBe(`Invalid returning clause: RETURNING ${returning} *. Only RETURNING ALL OLD * is allowed in DELETE statements.`);
  }
  const transaction = (Statement: string) => words(cloud.db.send(new ExecuteTransactionCommand({ TransactStatements: [{ Statement }] })));
  expect(await transaction(`DELETE FROM "${T}" WHERE id = 'a' AND pos = 1 RETURNING ALL OLD *`)).toBe("Validation failed in TransactStatements[0]: RETURNING clause is not supported in ExecuteTransaction.");
  expect(await transaction(`SELECT * FROM "${T}"."teams" WHERE team = 'odd'`)).toBe("Validation failed in TransactStatements[0]: Reads on indices are not supported within transactions.");
});

test("an update may begin with FROM", async () => {
  await run(`INSERT INTO "${T}" VALUE {'id': 'f', 'pos': 1}`);
  await run(`FROM "${T}" WHERE id = 'f' AND pos = 1 SET n = 5`);
  expect((await run(`SELECT n FROM "${T}" WHERE id = 'f'`)).Items).toEqual([{ n: { N: "5" } }]);
});

test("batches and transactions read by the whole key, and by nothing else", async () => {
  const where = { key: `SELECT pos FROM "${T}" WHERE id = 'a' AND pos = 1`, part: `SELECT pos FROM "${T}" WHERE id = 'a'`, more: `SELECT pos FROM "${T}" WHERE id = 'a' AND pos = 1 AND team = 'odd'` };
  for (const Statement of [where.part, where.more]) {
    const { Responses } = await cloud.db.send(new BatchExecuteStatementCommand({ Statements: [{ Statement: where.key }, { Statement }] }));
    expect(Responses).toEqual([{ TableName: T, Item: { pos: { N: "1" } } }, { Error: { Code: "ValidationError", Message: "Select statements within BatchExecuteStatement must specify the primary key in the where clause." } }]);
    expect(await words(cloud.db.send(new ExecuteTransactionCommand({ TransactStatements: [{ Statement: where.key }, { Statement }] })))).toBe("Validation failed in TransactStatements[1]: Select statements within ExecuteTransaction must specify the primary key in the where clause.");
  }
  expect(await words(cloud.db.send(new ExecuteTransactionCommand({ TransactStatements: [{ Statement: `EXISTS(${where.key})` }] })))).toBe("Validation failed in TransactStatements[0]: EXISTS() must contain a single item read with additional condition");
});

test("a batch answers each statement for itself", async () => {
  const at = (pos: number) => `SELECT pos, team FROM "${T}" WHERE id = 'a' AND pos = ${pos}`;
  const read = await cloud.db.send(new BatchExecuteStatementCommand({ Statements: [{ Statement: at(1) }, { Statement: at(77) }, { Statement: "SELECT * FROM nowhere WHERE id = 'a'" }], ReturnConsumedCapacity: "TOTAL" }));
  expect(read.Responses).toEqual([{ TableName: T, Item: { pos: { N: "1" }, team: { S: "odd" } } }, { TableName: T }, { Error: { Code: "ResourceNotFound", Message: "Requested resource not found" } }]);
  const written = await cloud.db.send(new BatchExecuteStatementCommand({ Statements: [{ Statement: `INSERT INTO "${T}" VALUE {'id': 'b', 'pos': 1}` }, { Statement: `INSERT INTO "${T}" VALUE {'id': 'a', 'pos': 1}` }] }));
  expect(written.Responses).toEqual([{ TableName: T }, { Error: { Code: "DuplicateItem", Message: "Duplicate primary key exists in table" } }]);
  expect(await words(cloud.db.send(new BatchExecuteStatementCommand({ Statements: [{ Statement: at(1) }, { Statement: `DELETE FROM "${T}" WHERE id = 'b' AND pos = 1` }] })))).toBe("Batch operation contains both read and write statements");
});

test("a transaction happens as one, with EXISTS as its condition", async () => {
  const exists = (condition: string) => ({ Statement: `EXISTS(SELECT * FROM "${T}" WHERE id = 'a' AND pos = 2 AND ${condition})` });
  const insert = { Statement: `INSERT INTO "${T}" VALUE {'id': 'c', 'pos': ?}`, Parameters: [{ N: "1" }] };
  expect(await failure(cloud.db.send(new ExecuteTransactionCommand({ TransactStatements: [insert, exists("team = 'odd'")] })))).toMatchObject({ name: "TransactionCanceledException", CancellationReasons: [{ Code: "None" }, { Code: "ConditionalCheckFailed" }] });
  const once = async () => await cloud.db.send(new ExecuteTransactionCommand({ TransactStatements: [insert, exists("team = 'even'")], ClientRequestToken: "once", ReturnConsumedCapacity: "TOTAL" }));
  expect(await once()).toMatchObject({ Responses: [], ConsumedCapacity: [{ TableName: T, CapacityUnits: 4, WriteCapacityUnits: 4 }] });
  // A repetition has only read.
  expect(await once()).toMatchObject({ Responses: [], ConsumedCapacity: [{ TableName: T, CapacityUnits: 4, ReadCapacityUnits: 4 }] });
  const { Responses } = await cloud.db.send(new ExecuteTransactionCommand({ TransactStatements: [{ Statement: `SELECT pos FROM "${T}" WHERE id = 'c' AND pos = 1` }, { Statement: `SELECT team FROM "${T}" WHERE id = 'a' AND pos = 2` }] }));
  expect(Responses).toEqual([{ Item: { pos: { N: "1" } } }, { Item: { team: { S: "even" } } }]);
});
