// Whatever is written as an expression is either understood, and then means what it says, or refused with a fault, and never breaks the server.
import { describe, expect, test } from "vitest";
import { fuzz, FUZZ_SEED, FUZZ_TIMEOUT_MS } from "../../../../test/fuzz.ts";
import type { AttributeValue, Item } from "../../../triggers/tables/attribute-value.ts";
import { printCondition, printProjection, printUpdate } from "../print-for-test.ts";
import { someText, understood } from "../texts-for-test.ts";
import { readItem } from "../values.ts";
import { meets } from "./evaluate.ts";
import { parseCondition, parseProjection, parseUpdate } from "./parse.ts";
import { openPlaceholders } from "./placeholders.ts";
import { compileProjection, projectItem } from "./project.ts";
import { isReserved } from "./reserved-words.ts";
import { Resolver } from "./resolve.ts";
import { applyActions, resolveActions } from "./update.ts";

const item: Item = { n: { N: "5" }, s: { S: "text" }, l: { L: [{ N: "1" }, { S: "x" }, { M: { deep: { L: [] } } }] }, m: { M: { x: { N: "1" }, y: { M: {} } } }, ss: { SS: ["a", "b"] }, b: { B: new Uint8Array([1]) } };
const names = { "#n": "n", "#m": "m", "#x": "constructor" };
const values: Readonly<Record<string, AttributeValue>> = { ":n": { N: "3" }, ":s": { S: "a" }, ":l": { L: [] }, ":m": { M: {} }, ":ss": { SS: ["a"] }, ":b": { B: new Uint8Array([1]) }, ":t": { BOOL: true } };

const words = ["n", "s", "l", "m", "ss", "b", "#n", "#m", "#x", "#zz", ":n", ":s", ":l", ":m", ":ss", ":b", ":t", ":zz", "(", ")", "(", ")", "[", "]", "[0]", "[1]", ".", ",", "=", "<>", "<", ">=", "+", "-", "AND", "OR", "NOT", "BETWEEN", "IN", "SET", "REMOVE", "ADD", "DELETE",
  "size(", "attribute_exists(", "attribute_not_exists(", "attribute_type(", "begins_with(", "contains(", "if_not_exists(", "list_append(", "status", "__proto__", "0", "99999999999999999999", "\u0000", "'", "\u{1f600}", "\\"];
const conditions = ["n = :n AND (s <> :s OR NOT contains(ss, :s))", "size(l) BETWEEN :n AND :n", "attribute_exists(m.x) and n IN (:n, :s)", "begins_with(s, :s) OR l[2].deep[0] = :n", "NOT (n = :n AND (s = :s AND NOT (n < :n OR b = :b))) OR (n = :n OR s = :s)"];
const updates = ["SET n = n + :n, m.y.z = if_not_exists(m.q, :s) REMOVE l[0] ADD ss :ss", "SET l = list_append(l, :l) DELETE ss :ss", "REMOVE m.x, l[1], nothing", "SET n = (n - :n) + (:n + n)"];

const resolver = (what: string): Resolver => new Resolver(what, openPlaceholders({ ExpressionAttributeNames: names, ExpressionAttributeValues: values }, { [what]: "x" }, [what]));

interface Language {
  readonly good: readonly string[];
  readonly parse: (text: string) => unknown;
  readonly print: (tree: never) => string;
  /** Does with the tree what a request does. */
  readonly use: (tree: never) => void;
}

const languages: Readonly<Record<string, Language>> = {
  ConditionExpression: {
    good: conditions, parse: (text) => parseCondition(text, "ConditionExpression"), print: printCondition,
    use: (tree) => void meets(resolver("ConditionExpression").condition(tree), item),
  },
  UpdateExpression: {
    good: updates, parse: parseUpdate, print: printUpdate,
    use: (tree) => void readItem(applyActions(resolveActions(tree, resolver("UpdateExpression")), item)),
  },
  ProjectionExpression: {
    good: ["n, m.x, l[2].deep", "#n, #x.y"], parse: parseProjection, print: printProjection,
    use: (tree: readonly (readonly (string | number)[])[]) => void projectItem(item, compileProjection(tree.map((parts) => resolver("ProjectionExpression").path(parts)))),
  },
};

/** The original's beginnings: the expression's, the ones about placeholders, and those of what an update would have made of the item. */
const refusals = /^(Invalid \w+Expression: |Value provided in Expression|The provided expression refers|The document path provided|An operand in the update expression|One or more parameter values|Type mismatch|Number overflow|Number underflow|Attempting to store)/;

describe(`any text (FUGAZ_TEST_SEED=${FUZZ_SEED})`, () => {
  test.each(Object.entries(languages))("as a %s is understood or refused, and what is understood is read again in its print", (_, { good, parse, print, use }) => {
    const outcomes = { understood: 0, used: 0, refused: 0 };
    const before = structuredClone(item);
    fuzz(1 / 3, (random) => {
      const text = someText(random, words, good);
      const tree = understood(text, refusals, () => parse(text));
      if (!tree) return void outcomes.refused++;
      outcomes.understood++;
      expect(parse(print(tree.as as never)), text).toEqual(tree.as);
      if (understood(text, refusals, () => use(tree.as as never))) outcomes.used++;
    });
    // All must happen, or nothing was tried; and nobody changed the item.
    for (const [outcome, times] of Object.entries(outcomes)) expect(times, outcome).toBeGreaterThan(0);
    expect(item).toEqual(before);
  }, FUZZ_TIMEOUT_MS);
});

test("long and deep texts are refused before they hurt", () => {
  for (const text of ["(".repeat(2000), `${"NOT ".repeat(900)}n = :n`, `a${".a".repeat(500)} = :n`, "n = :n AND ".repeat(370)]) {
    expect(understood(text, refusals, () => parseCondition(text, "FilterExpression"))).toBeUndefined();
  }
});

test("the reserved words are known in any case", () => {
  expect(["Status", "NAME", "zone", "ttl", "data"].every(isReserved)).toBe(true);
  expect(["id", "pos", "email", "constructor_", "hasOwnProperty"].some(isReserved)).toBe(false);
});
