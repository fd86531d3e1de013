// Whatever is written as a statement is either understood, and then means what it says, or refused with a fault, and never breaks the server.
import { describe, expect, test } from "vitest";
import { fuzz, FUZZ_SEED, FUZZ_TIMEOUT_MS } from "../../../../test/fuzz.ts";
import { printStatement } from "../print-for-test.ts";
import { someText, understood } from "../texts-for-test.ts";
import { parseStatement } from "./parse.ts";

const words = ["n", "s", "l", "(", ")", "(", ")", "[", "]", "[0]", "[1]", "['a']", ".", ",", "=", "<>", "<", ">=", "+", "-", "AND", "OR", "NOT", "BETWEEN", "IN", "SET", "REMOVE", "DELETE", "size(", "attribute_exists(", "attribute_type(", "begins_with(", "contains(", "if_not_exists(", "list_append(",
  "__proto__", "0", "99999999999999999999", "\u0000", "'", "\u{1f600}", "\\", "SELECT", "*", "FROM", '"t"', "WHERE", "INSERT", "INTO", "VALUE", "UPDATE", "RETURNING", "ALL", "OLD", "MODIFIED", "EXISTS(", "ORDER", "BY", "DESC", "IS", "MISSING", "NULL", "{", "}", "<<", ">>", "?", ":", ";", "'it''s'", '"a""b"', "1e5", "1e999", "-1.5", "set_add(", "set_delete(", "TRUE"];
const good = [
  `SELECT n, m.x[0]."y" FROM "t"."i" WHERE n = 1 AND s IN ['a', 'b'] ORDER BY n DESC`, `INSERT INTO "t" VALUE {'id': 'x', 'l': [1, -2.5, <<'a'>>, {'q': ?}], '__proto__': <<1, 2>>}`,
  `UPDATE "t" SET n = n + 1 SET ss = set_add(ss, <<'z'>>) REMOVE l[0] WHERE id = 'a' AND NOT n IS MISSING RETURNING ALL NEW *`, `DELETE FROM t WHERE id = 'a' RETURNING ALL OLD *`,
  `SELECT * FROM t WHERE (a = 1 OR b = 2) AND NOT (c BETWEEN 1 AND 2 OR (d IS NOT NULL OR size(e) > 3)) AND (begins_with(f, 'x') AND contains(g, ?))`, `EXISTS(SELECT * FROM "t" WHERE id = 'a' AND attribute_type(x['y'], 'S'))`,
  `UPDATE t SET l = list_append(l, [1]) SET q = if_not_exists(q, 0) - -1, r = r REMOVE a.b WHERE id = 'a' RETURNING MODIFIED OLD *`,
];

const refusals = /^(Statement wasn't well formed, can't be processed: |Path component cannot be an empty string|A path may contain at most 2 components|Incorrect operand type for operator or function|Number of parameters in request and statement don't match|1 validation error detected: |One or more parameter values were invalid: |The parameter cannot be converted to a numeric value|Attempting to store more than 38 significant digits|Number (over|under)flow\.|Nesting Levels have exceeded|Unsupported function|The (first|second) operand of |set_(add|delete) must be given|Input collection )/;

describe(`any text (FUGAZ_TEST_SEED=${FUZZ_SEED})`, () => {
  test("as a statement is understood or refused, and what is understood is read again in its print", () => {
    const outcomes = { understood: 0, refused: 0 };
    fuzz(1, (random) => {
      const text = someText(random, words, good);
      const parameters = random() < 0.5 ? [] : [{ N: "1" }];
      const statement = understood(text, refusals, () => parseStatement(text, parameters));
      outcomes[statement ? "understood" : "refused"]++;
      if (statement) expect(parseStatement(printStatement(statement.as), []), text).toEqual(statement.as);
    });
    expect(Math.min(outcomes.understood, outcomes.refused)).toBeGreaterThan(0);
  }, FUZZ_TIMEOUT_MS);
});

test("long and deep texts are refused before they hurt", () => {
  for (const text of [`SELECT * FROM t WHERE ${"(".repeat(4000)}`, `SELECT * FROM t WHERE ${"NOT ".repeat(1500)} a = 1`, `INSERT INTO t VALUE {'a': ${"[".repeat(3000)}`, "x".repeat(9000)]) {
    expect(understood(text, refusals, () => parseStatement(text, []))).toBeUndefined();
  }
});
