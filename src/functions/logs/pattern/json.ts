// `{ $.selector = value && … }`: conditions on the members of an event that is a JSON object.
import { comparisonTest, invalidPattern, parseBoolean, skipSpace, take, takeComparison, takeMatch, takeOperand, type Scanner, type Test } from "./scanner.ts";

type Step = string | number | "*";

export function jsonTest(text: string): Test<string> {
  if (!text.endsWith("}")) throw invalidPattern("If a filter pattern starts with '{' it must end with '}'");
  const scanner: Scanner = { text: text.slice(1, -1), at: 0 };
  const test = parseBoolean(scanner, () => parseCondition(scanner));
  skipSpace(scanner);
  if (scanner.at < scanner.text.length) throw invalidPattern();
  return (message) => {
    const document = parseObject(message);
    return document !== undefined && test(document);
  };
}

function parseCondition(scanner: Scanner): Test<unknown> {
  const steps = takeSelector(scanner);
  const word = takeMatch(scanner, /(?:IS\s+(?:NULL|TRUE|FALSE)|NOT\s+EXISTS|EXISTS)\b/iy).toUpperCase().replace(/\s+/g, " ");
  if (word === "NOT EXISTS") return (document) => valuesAt(document, steps).length === 0;
  if (word === "EXISTS") return (document) => valuesAt(document, steps).length > 0;
  if (word !== "") {
    const wanted = word === "IS NULL" ? null : word === "IS TRUE";
    return (document) => valuesAt(document, steps).includes(wanted);
  }
  const comparison = takeComparison(scanner);
  if (!comparison) throw invalidPattern();
  const test = comparisonTest(comparison, takeOperand(scanner, "()&|"));
  return (document) => valuesAt(document, steps).some((value) => isScalar(value) && test(value));
}

/** `$.a.b`, `$.a[0].b`, `$.list[*].name`, `$.['with.dots']`. */
function takeSelector(scanner: Scanner): readonly Step[] {
  if (!take(scanner, "$")) throw invalidPattern();
  const steps: Step[] = [];
  for (;;) {
    const member = takeHere(scanner, /\.\[\s*'([^']+)'\s*\]|\[\s*'([^']+)'\s*\]|\.([^\s.[\]=!<>&|()'"]+)/y);
    const index = member ? undefined : takeHere(scanner, /\[\s*(\d+|\*)\s*\]/y);
    const step = member ?? index;
    if (step === undefined) break;
    steps.push(index === undefined || step === "*" ? step : Number(step));
  }
  if (steps.length === 0) throw invalidPattern();
  return steps;
}

function takeHere(scanner: Scanner, expression: RegExp): string | undefined {
  expression.lastIndex = scanner.at;
  const match = expression.exec(scanner.text);
  if (!match) return undefined;
  scanner.at += match[0].length;
  return match.slice(1).find((group) => group !== undefined);
}

/** All values a selector reaches: none, one, or with `[*]` several. */
function valuesAt(document: unknown, steps: readonly Step[]): readonly unknown[] {
  let values: readonly unknown[] = [document];
  for (const step of steps) {
    values = values.flatMap((value) => {
      if (Array.isArray(value)) return step === "*" ? value : typeof step === "number" && step < value.length ? [value[step]] : [];
      return typeof value === "object" && value !== null && Object.hasOwn(value, step) ? [(value as Record<string, unknown>)[step]] : [];
    });
  }
  return values;
}

const isScalar = (value: unknown): value is string | number | boolean => typeof value === "string" || typeof value === "number" || typeof value === "boolean";

function parseObject(message: string): object | undefined {
  if (!/^\s*\{/.test(message)) return undefined;
  try {
    return JSON.parse(message) as object;
  } catch {
    return undefined;
  }
}
