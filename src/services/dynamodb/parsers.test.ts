// Whatever is written as an expression or a statement is either understood or refused with a fault, quickly, and never breaks the server.
// FUGAZ_FUZZ_ROUNDS makes it longer; replay with FUGAZ_TEST_SEED.
import { describe, expect, test } from "vitest";
import { Fault } from "../../kernel/fault.ts";
import { seeded } from "../../../test/contract/seeded.ts";
import type { AttributeValue, Item } from "../../triggers/tables/attribute-value.ts";
import { meets } from "./expressions/evaluate.ts";
import { parseCondition, parseProjection, parseUpdate } from "./expressions/parse.ts";
import { openPlaceholders } from "./expressions/placeholders.ts";
import { compileProjection, projectItem } from "./expressions/project.ts";
import { isReserved } from "./expressions/reserved-words.ts";
import { Resolver } from "./expressions/resolve.ts";
import { applyActions, resolveActions } from "./expressions/update.ts";
import { parseStatement } from "./partiql/parse.ts";
import { readItem } from "./values.ts";

const SEED = Number(process.env["FUGAZ_TEST_SEED"] ?? Date.now() % 1_000_000);
const ROUNDS = Number(process.env["FUGAZ_FUZZ_ROUNDS"] ?? 4000);

const item: Item = { n: { N: "5" }, s: { S: "text" }, l: { L: [{ N: "1" }, { S: "x" }, { M: { deep: { L: [] } } }] }, m: { M: { x: { N: "1" }, y: { M: {} } } }, ss: { SS: ["a", "b"] }, b: { B: new Uint8Array([1]) } };
const names = { "#n": "n", "#m": "m", "#x": "constructor" };
const values: Readonly<Record<string, AttributeValue>> = { ":n": { N: "3" }, ":s": { S: "a" }, ":l": { L: [] }, ":m": { M: {} }, ":ss": { SS: ["a"] }, ":b": { B: new Uint8Array([1]) }, ":t": { BOOL: true } };

const words = ["n", "s", "l", "m", "ss", "b", "#n", "#m", "#x", "#zz", ":n", ":s", ":l", ":m", ":ss", ":b", ":t", ":zz", "(", ")", "(", ")", "[", "]", "[0]", "[1]", ".", ",", "=", "<>", "<", ">=", "+", "-", "AND", "OR", "NOT", "BETWEEN", "IN", "SET", "REMOVE", "ADD", "DELETE",
  "size(", "attribute_exists(", "attribute_not_exists(", "attribute_type(", "begins_with(", "contains(", "if_not_exists(", "list_append(", "status", "__proto__", "0", "99999999999999999999", "\u0000", "'", "\u{1f600}", "\\"];
const statementWords = [...words, "SELECT", "*", "FROM", '"t"', "WHERE", "INSERT", "INTO", "VALUE", "UPDATE", "RETURNING", "ALL", "OLD", "MODIFIED", "EXISTS(", "ORDER", "BY", "DESC", "IS", "MISSING", "NULL", "{", "}", "<<", ">>", "?", ":", "'it''s'", "1e5", "-1.5", "set_add(", "set_delete(", "TRUE"];
const conditions = ["n = :n AND (s <> :s OR NOT contains(ss, :s))", "size(l) BETWEEN :n AND :n", "attribute_exists(m.x) and n IN (:n, :s)", "begins_with(s, :s) OR l[2].deep[0] = :n"];
const updates = ["SET n = n + :n, m.y.z = if_not_exists(m.q, :s) REMOVE l[0] ADD ss :ss", "SET l = list_append(l, :l) DELETE ss :ss", "REMOVE m.x, l[1], nothing"];
const statements = [`SELECT n, m.x[0]."y" FROM "t"."i" WHERE n = 1 AND s IN ['a', 'b'] ORDER BY n DESC`, `INSERT INTO "t" VALUE {'id': 'x', 'l': [1, -2.5, <<'a'>>, {'q': ?}]}`, `UPDATE "t" SET n = n + 1 SET ss = set_add(ss, <<'z'>>) REMOVE l[0] WHERE id = 'a' AND NOT n IS MISSING RETURNING ALL NEW *`, `DELETE FROM t WHERE id = 'a'`];

/** Words at random, or a good text with something taken out, put in or swapped. */
function writer(seed: number, list: readonly string[], good: readonly string[]): () => string {
  const random = seeded(seed);
  const below = (n: number): number => Math.floor(random() * n);
  const pick = (from: readonly string[]): string => from[below(from.length)] ?? "";
  return () => {
    if (random() < 0.4) return Array.from({ length: below(14) }, () => pick(list)).join(pick([" ", "", " "]));
    let text = pick(good);
    for (let n = below(4); n >= 0; n--) {
      const at = below(text.length);
      text = text.slice(0, at) + pick([pick(list), "", text.charAt(below(text.length)), String.fromCharCode(below(256))]) + text.slice(at + below(3));
    }
    return text;
  };
}

/** Runs the work; a fault is an answer, anything else is a bug of ours. */
function faultOrNothing(text: string, work: () => void): "fine" | "refused" {
  try {
    work();
    return "fine";
  } catch (error) {
    if (!(error instanceof Fault)) throw new Error(`not a fault, for ${JSON.stringify(text)} (FUGAZ_TEST_SEED=${SEED})`, { cause: error });
    expect(error.code, text).toBe("ValidationException");
    return "refused";
  }
}

describe(`any text (FUGAZ_TEST_SEED=${SEED})`, () => {
  const resolver = (what: string) => new Resolver(what, openPlaceholders({ ExpressionAttributeNames: names, ExpressionAttributeValues: values }, { [what]: "x" }, [what]));
  test.each<[string, readonly string[], readonly string[], (text: string) => void]>([
    ["condition", words, conditions, (text) => meets(resolver("ConditionExpression").condition(parseCondition(text, "ConditionExpression")), item)],
    ["update", words, updates, (text) => void readItem(applyActions(resolveActions(parseUpdate(text), resolver("UpdateExpression")), item))],
    ["projection", words, ["n, m.x, l[2].deep", "#n, #x.y"], (text) => void projectItem(item, compileProjection(parseProjection(text).map((parts) => resolver("ProjectionExpression").path(parts))))],
    ["statement", statementWords, statements, (text) => void parseStatement(text, [{ N: "1" }])],
  ])("as a %s is understood or refused", (_, list, good, work) => {
    const next = writer(SEED, list, good);
    const outcomes = { fine: 0, refused: 0 };
    const before = structuredClone(item);
    for (let round = 0; round < ROUNDS; round++) {
      const text = next();
      outcomes[faultOrNothing(text, () => work(text))]++;
    }
    // Both must happen, or nothing was tried; and nobody changed the item.
    expect(Math.min(outcomes.fine, outcomes.refused)).toBeGreaterThan(0);
    expect(item).toEqual(before);
  });
});

test("long and deep texts are refused before they hurt", () => {
  const deep = "(".repeat(2000);
  for (const text of [deep, `${"NOT ".repeat(900)}n = :n`, `a${".a".repeat(500)} = :n`, "n = :n AND ".repeat(370)]) {
    expect(faultOrNothing(text, () => void parseCondition(text, "FilterExpression"))).toBe("refused");
  }
  for (const text of [`SELECT * FROM t WHERE ${"(".repeat(4000)}`, `SELECT * FROM t WHERE ${"NOT ".repeat(1500)} a = 1`, `INSERT INTO t VALUE {'a': ${"[".repeat(3000)}`, "x".repeat(9000)]) {
    expect(faultOrNothing(text, () => void parseStatement(text, []))).toBe("refused");
  }
});

test("the reserved words are known in any case", () => {
  expect(["Status", "NAME", "zone", "ttl", "data"].every(isReserved)).toBe(true);
  expect(["id", "pos", "email", "constructor_", "hasOwnProperty"].some(isReserved)).toBe(false);
});
