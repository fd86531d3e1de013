// Conditions on items, as expressions and as they were before these, driven by the official client; and every mistake in the original's words.
import {
  GetItemCommand, PutItemCommand, QueryCommand, UpdateItemCommand,
  type AttributeValue, type Condition, type PutItemCommandInput,
} from "@aws-sdk/client-dynamodb";
import { beforeAll, describe, expect, test } from "vitest";
import { failure } from "./s3-harness.ts";
import { INVALID, tablesForTests, words } from "./tables-harness.ts";

const { cloud, TableName } = await tablesForTests();

type Item = Record<string, AttributeValue>;
const Key = { id: { S: "a" } };
const put = (Item: Item, more: Partial<PutItemCommandInput> = {}) => cloud.db.send(new PutItemCommand({ TableName, Item: { ...Key, ...Item }, ...more }));

describe("a condition", () => {
  const item: Item = { n: { N: "5" }, s: { S: "hello" }, b: { B: Buffer.from("hi") }, l: { L: [{ N: "1" }, { S: "x" }] }, m: { M: { x: { N: "1" } } }, ss: { SS: ["a", "b"] }, ns: { NS: ["1", "2"] }, yes: { BOOL: true }, nil: { NULL: true } };
  const values: Item = {
    ":five": { N: "5.0" }, ":four": { N: "4" }, ":ten": { N: "10" }, ":he": { S: "he" }, ":hello": { S: "hello" }, ":a": { S: "a" }, ":one": { N: "1" }, ":x": { S: "x" }, ":S": { S: "S" }, ":hi": { B: Buffer.from("hi") }, ":set": { SS: ["b", "a"] },
    ":list": { L: [{ N: "1" }, { S: "x" }] }, ":true": { BOOL: true }, ":nil": { NULL: true },
  };
  const meets = async (ConditionExpression: string): Promise<boolean | string> => {
    const used = Object.fromEntries(Object.entries(values).filter(([name]) => new RegExp(`${name}\\b`).test(ConditionExpression)));
    const done = put(item, { ConditionExpression, ...(Object.keys(used).length > 0 ? { ExpressionAttributeValues: used } : {}) });
    const refused = await done.then(() => undefined, (error: Error) => error);
    return refused === undefined ? true : refused.name === "ConditionalCheckFailedException" ? false : refused.message;
  };
  beforeAll(async () => void (await put(item)));

  test.each([
    "n = :five", "n <> :four", "n > :four", "n < :ten", "n >= :five AND n <= :five", "NOT n = :four", "n BETWEEN :four AND :ten", "n IN (:four, :five)", "s = :hello", "s < :x", "b = :hi", "l = :list", "ss = :set", "yes = :true",
    "nil = :nil", "attribute_exists(n)", "attribute_not_exists(q)", "attribute_exists(m.x) and attribute_not_exists(m.y)", "attribute_type(s, :S)", "begins_with(s, :he)", "contains(s, :he)", "contains(ss, :a)", "contains(ns, :one)",
    "contains(l, :x)", "size(s) = :five", "size(l) < :four", "size(b) < :four", "q <> :five", "n = :four OR (s = :hello AND NOT attribute_exists(q))", "l[0] = m.x", "n <> s", ":five = n", "not (n = :four or n = :ten)", "(n) = (:five)", "(n) BETWEEN (:four) AND (:ten)", "(n) IN ((:four), (:five))", "((n) = :five)", "((n) = :five) AND begins_with((s), (:he))", "(size(s)) = size((:hello))", "attribute_type(:he, :S)",
  ])("holds: %s", async (expression) => expect(await meets(expression)).toBe(true));

  test.each(["n = :four", "n = :hello", "n < s", "q = :five", "q < :five", "s > :x", "contains(q, :x)", "begins_with(n, :he)", "attribute_type(n, :S)", "size(n) > :one", "NOT attribute_exists(n)", "n BETWEEN :ten AND :ten", "l[9] = :one"])("does not hold: %s", async (expression) =>
    expect(await meets(expression)).toBe(false));

  const wrong = (rest: string): string => `Invalid ConditionExpression: ${rest}`;
  test.each([
    ["n = ", wrong('Syntax error; token: "<EOF>", near: "="')],
    ["n == :five", wrong('Syntax error; token: "=", near: "== :five"')],
    ["n = :five extra", wrong('Syntax error; token: "extra", near: ":five extra"')],
    ["!!!", wrong('Syntax error; token: "!", near: "!!"')],
    ["n ! :five", wrong('Syntax error; token: "!", near: "n !"')],
    ["((n = :five))", wrong("The expression has redundant parentheses;")],
    ["((n)) = :five", wrong("The expression has redundant parentheses;")],
    ["(n)", wrong('Syntax error; token: ")", near: "n)"')],
    [`n IN (${Array.from({ length: 101 }, () => ":four").join()})`, wrong("The IN operator is provided with too many operands; number of operands: 101")],
    ["nope(n)", wrong("Invalid function name; function: nope")],
    ["attribute_exists(n, s)", wrong("Incorrect number of operands for operator or function; operator or function: attribute_exists, number of operands: 2")],
    ["attribute_exists(:five)", wrong("Operator or function requires a document path; operator or function: attribute_exists")],
    ["n = n", wrong("The first operand must be distinct from the remaining operands for this operator or function; operator: =, first operand: [n]")],
    ["size(n)", wrong("The function is not allowed to be used this way in an expression; function: size")],
    ["size(size(s)) = :five", wrong("Incorrect operand type for operator or function; operator or function: size, operand type: N")],
    ["begins_with(size(s), :hello)", wrong("Incorrect operand type for operator or function; operator or function: begins_with, operand type: N")],
    ["begins_with(s, :five)", wrong("Incorrect operand type for operator or function; operator or function: begins_with, operand type: N")],
    ["attribute_type(s, :hello)", wrong("Invalid attribute type name found; type: hello, valid types: {B,NULL,SS,BOOL,L,BS,N,NS,S,M}")],
    ["n BETWEEN :ten AND :four", wrong("The BETWEEN operator requires upper bound to be greater than or equal to lower bound; lower bound operand: AttributeValue: {N:10}, upper bound operand: AttributeValue: {N:4}")],
    ["n BETWEEN :four AND :hello", wrong("The BETWEEN operator requires same data type for lower and upper bounds; lower bound operand: AttributeValue: {N:4}, upper bound operand: AttributeValue: {S:hello}")],
    ["n > :true", wrong("Incorrect operand type for operator or function; operator or function: >, operand type: BOOL")],
    ["n = list_append(l, l)", wrong("The function is not allowed in a condition expression; function: list_append")],
    ["attribute_exists(Year)", wrong("Attribute name is a reserved keyword; reserved keyword: Year")],
  ])("is refused: %s", async (expression, message) => expect(await meets(expression)).toBe(message));
});

describe("the requests of the time before expressions", () => {
  test("still mean what they meant", async () => {
    await put({ n: { N: "1" }, ss: { SS: ["a"] } });
    expect((await failure(put({}, { Expected: { n: { ComparisonOperator: "GT", AttributeValueList: [{ N: "1" }] } } }))).name).toBe("ConditionalCheckFailedException");
    await put({ n: { N: "2" }, ss: { SS: ["a"] } }, { Expected: { n: { Value: { N: "1" } }, q: { Exists: false } } });
    await put({ n: { N: "2" }, ss: { SS: ["a"] } }, { Expected: { n: { ComparisonOperator: "IN", AttributeValueList: [{ N: "9" }, { N: "2" }] }, q: { ComparisonOperator: "NOT_NULL" } }, ConditionalOperator: "OR" });
    for (const Action of ["ADD", "DELETE"] as const) {
      expect(await words(cloud.db.send(new UpdateItemCommand({ TableName, Key, AttributeUpdates: { ss: { Action, Value: { NS: ["1"] } } } })))).toBe("Type mismatch for attribute to update");
    }
    const { Attributes } = await cloud.db.send(new UpdateItemCommand({ TableName, Key, ReturnValues: "ALL_NEW", AttributeUpdates: { n: { Action: "ADD", Value: { N: "3" } }, ss: { Action: "DELETE", Value: { SS: ["a"] } }, q: { Value: { S: "put" } }, gone: { Action: "DELETE" } } }));
    expect(Attributes).toEqual({ ...Key, n: { N: "5" }, q: { S: "put" } });
    expect((await cloud.db.send(new GetItemCommand({ TableName, Key, AttributesToGet: ["q"] }))).Item).toEqual({ q: { S: "put" } });
    expect(await words(cloud.db.send(new UpdateItemCommand({ TableName, Key, UpdateExpression: "SET q = :v", ExpressionAttributeValues: { ":v": { S: "x" } }, AttributeUpdates: { q: { Action: "DELETE" } } })))).toBe(
      "Can not use both expression and non-expression parameters in the same request: Non-expression parameters: {AttributeUpdates} Expression parameters: {UpdateExpression}",
    );
    expect(await words(put({}, { Expected: { n: { Exists: false } }, ConditionalOperator: "OR" }))).toBe("ConditionalOperator can only be used when Filter or Expected has two or more elements");
  });

  test.each<[NonNullable<Condition["ComparisonOperator"]>, readonly AttributeValue[], string]>([
    ["BETWEEN", [{ N: "9" }], `${INVALID}Invalid number of argument(s) for the BETWEEN ComparisonOperator`],
    ["BETWEEN", [{ N: "9" }, { S: "10" }], `${INVALID}AttributeValues inside AttributeValueList must be of same type`],
    ["BETWEEN", [{ N: "10" }, { N: "9" }], "The BETWEEN condition was provided a range where the lower bound is greater than the upper bound"],
    ["IN", [{ N: "9" }, { S: "a" }], `${INVALID}AttributeValues inside AttributeValueList must be of same type`],
    ["BEGINS_WITH", [{ N: "9" }], `${INVALID}ComparisonOperator BEGINS_WITH is not valid for N AttributeValue type`],
    ["LT", [{ L: [] }], `${INVALID}ComparisonOperator LT is not valid for L AttributeValue type`],
  ])("are judged before any item: %s %j", async (ComparisonOperator, AttributeValueList, message) => {
    expect(await words(put({}, { Expected: { n: { ComparisonOperator, AttributeValueList: [...AttributeValueList] } } }))).toBe(message);
    const KeyConditions = { id: { ComparisonOperator, AttributeValueList: [...AttributeValueList] } };
    if (ComparisonOperator !== "IN") expect(await words(cloud.db.send(new QueryCommand({ TableName, KeyConditions })))).toBe(message);
  });
});
