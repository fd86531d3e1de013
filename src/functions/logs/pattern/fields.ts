// `[ip, user, status = 4*, ...]`: conditions on the space-delimited fields of an event.
import { comparisonTest, invalidPattern, numberOf, parseBoolean, skipSpace, take, takeComparison, takeMatch, takeOperand, type Scanner, type Test } from "./scanner.ts";

const ELLIPSIS = "...";

export function fieldsTest(text: string): Test<string> {
  if (!text.endsWith("]")) throw invalidPattern("If a filter pattern starts with '[' it must end with ']'");
  const scanner: Scanner = { text: text.slice(1, -1), at: 0 };
  const columns: (Test<string> | typeof ELLIPSIS)[] = [];
  do columns.push(parseColumn(scanner));
  while (take(scanner, ","));
  skipSpace(scanner);
  const gap = columns.indexOf(ELLIPSIS);
  if (scanner.at < scanner.text.length || gap !== columns.lastIndexOf(ELLIPSIS)) throw invalidPattern();
  const tests = columns.filter((column) => column !== ELLIPSIS);
  return (message) => {
    const fields = splitFields(message);
    if (gap < 0 ? fields.length !== tests.length : fields.length < tests.length) return false;
    // Columns after the ellipsis count from the end.
    return tests.every((test, index) => test(fields[gap >= 0 && index >= gap ? fields.length - tests.length + index : index] ?? ""));
  };
}

/** One column: a name alone, nothing, the ellipsis, or comparisons joined by && and ||. */
function parseColumn(scanner: Scanner): Test<string> | typeof ELLIPSIS {
  if (take(scanner, ELLIPSIS)) return ELLIPSIS;
  skipSpace(scanner);
  if (scanner.at === scanner.text.length || scanner.text[scanner.at] === ",") return () => true;
  return parseBoolean<string>(scanner, () => {
    if (takeMatch(scanner, /[^\s,=!<>&|()[\]"]+/y) === "") throw invalidPattern();
    const comparison = takeComparison(scanner);
    if (!comparison) return () => true;
    const operand = takeOperand(scanner, ",&|()\\]");
    const test = comparisonTest(comparison, operand);
    return (field) => test(operand.number === undefined ? field : (numberOf(field) ?? field));
  });
}

/** Fields are separated by white space; `"…"` and `[…]` hold a field together. */
function splitFields(message: string): readonly string[] {
  const fields: string[] = [];
  for (const [, bracketed, quoted, plain] of message.matchAll(/\[([^\]]*)\]|"([^"]*)"|(\S+)/g)) fields.push(bracketed ?? quoted ?? plain ?? "");
  return fields;
}
