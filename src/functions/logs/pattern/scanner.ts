// A cursor over the text of a filter pattern, and the grammar both structured forms share: && and ||, parentheses, comparisons.
import { fault, type Fault } from "../../../kernel/fault.ts";
import { matchesWildcards } from "../../../kernel/wildcards.ts";

export interface Scanner {
  readonly text: string;
  at: number;
}

export type Test<T> = (subject: T) => boolean;

const COMPARISONS = ["!=", "<=", ">=", "=", "<", ">"] as const;
export type Comparison = (typeof COMPARISONS)[number];

export interface Operand {
  readonly text: string;
  readonly number: number | undefined;
}

export const invalidPattern = (detail?: string): Fault =>
  fault("InvalidParameterException", { message: detail === undefined ? "Invalid filter pattern" : detail });

export function skipSpace(scanner: Scanner): void {
  while (/\s/.test(scanner.text[scanner.at] ?? "")) scanner.at++;
}

/** Takes `token` when it comes next, white space aside. */
export function take(scanner: Scanner, token: string): boolean {
  skipSpace(scanner);
  if (!scanner.text.startsWith(token, scanner.at)) return false;
  scanner.at += token.length;
  return true;
}

/** Takes what the sticky expression matches here, white space aside; the empty string when it does not. */
export function takeMatch(scanner: Scanner, expression: RegExp): string {
  skipSpace(scanner);
  expression.lastIndex = scanner.at;
  const [match = ""] = expression.exec(scanner.text) ?? [];
  scanner.at += match.length;
  return match;
}

export function takeComparison(scanner: Scanner): Comparison | undefined {
  return COMPARISONS.find((comparison) => take(scanner, comparison));
}

/** `or` of `and` of units; a unit may be a parenthesised whole. */
export function parseBoolean<T>(scanner: Scanner, parseUnit: () => Test<T>): Test<T> {
  const unit = (): Test<T> => {
    if (!take(scanner, "(")) return parseUnit();
    const inner = parseBoolean(scanner, parseUnit);
    if (!take(scanner, ")")) throw invalidPattern();
    return inner;
  };
  const all = (): Test<T> => {
    const tests = [unit()];
    while (take(scanner, "&&")) tests.push(unit());
    return tests.length === 1 && tests[0] ? tests[0] : (subject) => tests.every((test) => test(subject));
  };
  const any = [all()];
  while (take(scanner, "||")) any.push(all());
  return any.length === 1 && any[0] ? any[0] : (subject) => any.some((test) => test(subject));
}

/** A value to compare with: quoted, or bare up to white space or a character in `stops` (a regular expression class body). */
export function takeOperand(scanner: Scanner, stops: string): Operand {
  skipSpace(scanner);
  const next = scanner.text[scanner.at];
  if (next === "%") throw invalidPattern("Regular expressions (%…%) in filter patterns are not supported yet; use * wildcards");
  if (next === '"') return { text: takeQuoted(scanner), number: undefined };
  const text = takeMatch(scanner, new RegExp(`[^\\s${stops}]+`, "y"));
  if (text === "") throw invalidPattern();
  return { text, number: numberOf(text) };
}

/** The inside of a quoted text; `\"` stands for a quote. */
export function takeQuoted(scanner: Scanner): string {
  const quoted = takeMatch(scanner, /"(?:[^"\\]|\\.)*"/sy);
  if (quoted === "") throw invalidPattern();
  return quoted.slice(1, -1).replace(/\\(["\\])/g, "$1");
}

export function numberOf(text: string): number | undefined {
  return /^[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?$/.test(text) ? Number(text) : undefined;
}

/** The test of one value against an operand. Order only exists between numbers. */
export function comparisonTest(comparison: Comparison, operand: Operand): Test<string | number | boolean> {
  if (comparison === "=" || comparison === "!=") {
    const equals = (actual: string | number | boolean): boolean =>
      typeof actual === "number" && operand.number !== undefined ? actual === operand.number : matchesWildcards(operand.text, String(actual));
    return comparison === "=" ? equals : (actual) => !equals(actual);
  }
  const { number } = operand;
  if (number === undefined) throw invalidPattern();
  const order: Record<"<" | ">" | "<=" | ">=", (actual: number) => boolean> = {
    "<": (actual) => actual < number, ">": (actual) => actual > number, "<=": (actual) => actual <= number, ">=": (actual) => actual >= number,
  };
  return (actual) => typeof actual === "number" && order[comparison](actual);
}
