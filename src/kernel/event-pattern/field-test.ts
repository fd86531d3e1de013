// One field of an event pattern: a list of values and operators, of which one has to fit one of the field's values.
import { cidrTest } from "./cidr.ts";
import { numberIn, spelling, SpelledNumber } from "./json-numbers.ts";
import { PatternProblem } from "./problem.ts";
import { wildcardTest } from "./wildcard.ts";

/** `value` is undefined when the event does not have the field. */
export type FieldTest = (value: unknown) => boolean;
/** Of one text, number, boolean or null. */
type ValueTest = (value: unknown) => boolean;

/** Ours: arrays within arrays of an event that are looked into. */
const DEPTH_MAX = 64;

/** Throws PatternProblem. `onSpelling` is called when the spelling of numbers matters. */
export function fieldTest(name: string, wanted: readonly unknown[], onSpelling: () => void): FieldTest {
  if (wanted.length === 0) throw new PatternProblem("Empty arrays are not allowed");
  const presence: boolean[] = [];
  const tests: ValueTest[] = [];
  for (const item of wanted) {
    const operator = operatorIn(name, item);
    if (!operator) tests.push(exactly(item, name, onSpelling));
    else if (operator.name === "exists") presence.push(booleanOf(operator.operand, "exists match pattern must be either true or false"));
    else tests.push(operatorTest(operator.name, operator.operand, name, onSpelling));
  }
  const [wantsPresence, wantsAbsence] = [presence.includes(true), presence.includes(false)];
  return (value) => {
    if (tests.length > 0 && anyValue(value, (each) => tests.some((test) => test(each)), 0)) return true;
    return (wantsPresence || wantsAbsence) && (anyValue(value, () => true, 0) ? wantsPresence : wantsAbsence);
  };
}

/** Objects are no values: an operator never fits them. */
function anyValue(value: unknown, test: ValueTest, depth: number): boolean {
  if (Array.isArray(value)) return depth < DEPTH_MAX && value.some((item) => anyValue(item, test, depth + 1));
  return value !== undefined && (typeof value !== "object" || value === null || value instanceof SpelledNumber) && test(value);
}

function operatorIn(field: string, item: unknown): { readonly name: string; readonly operand: unknown } | undefined {
  if (typeof item !== "object" || item === null || item instanceof SpelledNumber) return undefined;
  if (Array.isArray(item)) throw new PatternProblem(`"${field}": an array within an array of values is not allowed`);
  const [entry, ...more] = Object.entries(item);
  if (!entry || more.length > 0) throw new PatternProblem(`"${field}": Only one key allowed in match expression`);
  return { name: entry[0], operand: entry[1] };
}

function exactly(wanted: unknown, field: string, onSpelling: () => void): ValueTest {
  const text = spelling(wanted);
  if (text !== undefined) {
    onSpelling();
    return (value) => spelling(value) === text;
  }
  if (wanted !== null && typeof wanted !== "string" && typeof wanted !== "boolean") throw new PatternProblem(`"${field}": Match value must be String, number, true, false, or null`);
  return (value) => value === wanted;
}

function operatorTest(name: string, operand: unknown, field: string, onSpelling: () => void): ValueTest {
  switch (name) {
    case "prefix":
    case "suffix":
      return affixTest(name, operand);
    case "equals-ignore-case":
      return ignoringCase(textOf(operand, "equals-ignore-case match pattern must be a string"));
    case "wildcard":
      return wildcardTest(textOf(operand, "wildcard match pattern must be a string"));
    case "numeric":
      return numericTest(operand);
    case "cidr":
      return cidrTest(textOf(operand, "prefix of a CIDR block must be a string"));
    case "anything-but":
      return anythingBut(operand, field, onSpelling);
    default:
      throw new PatternProblem(`Unrecognized match type ${name}`);
  }
}

/** `{"prefix": "a"}` or `{"prefix": {"equals-ignore-case": "a"}}`. */
function affixTest(name: "prefix" | "suffix", operand: unknown): ValueTest {
  const fits = (text: string, affix: string): boolean => (name === "prefix" ? text.startsWith(affix) : text.endsWith(affix));
  const words = `${name} match pattern must be a string`;
  const loose = soleEntry(operand);
  if (loose === undefined) {
    const affix = textOf(operand, words);
    return (value) => typeof value === "string" && fits(value, affix);
  }
  if (loose[0] !== "equals-ignore-case") throw new PatternProblem(`Unsupported ${name} expression: ${loose[0]}`);
  const affix = folded(textOf(loose[1], words));
  return (value) => typeof value === "string" && fits(folded(value), affix);
}

function ignoringCase(text: string): ValueTest {
  const wanted = folded(text);
  return (value) => typeof value === "string" && folded(value) === wanted;
}

const folded = (text: string): string => text.toLowerCase();

/** Values, or one operator on texts; several of them in an array. Everything else fits, whatever its type. */
function anythingBut(operand: unknown, field: string, onSpelling: () => void): ValueTest {
  const entry = soleEntry(operand);
  const excluded = entry ? listOf(entry[1]).map((text) => excludedTest(entry[0], text)) : listOf(operand).map((value) => {
    if (typeof value !== "string" && spelling(value) === undefined) throw new PatternProblem("Inside anything-but list only strings or numbers are allowed");
    return exactly(value, field, onSpelling);
  });
  if (!entry && new Set(listOf(operand).map((value) => typeof value === "string")).size > 1) throw new PatternProblem("Inside anything-but list, either all values are strings or all are numbers");
  return (value) => !excluded.some((test) => test(value));
}

function excludedTest(name: string, text: unknown): ValueTest {
  if (name === "prefix" || name === "suffix") {
    const affix = textOf(text, `${name} match pattern must be a string`);
    if (affix === "") throw new PatternProblem(`Null or empty ${name} not allowed`);
    return affixTest(name, affix);
  }
  if (name === "equals-ignore-case") return ignoringCase(textOf(text, "Inside equals-ignore-case list only strings are allowed"));
  if (name === "wildcard") return wildcardTest(textOf(text, "Inside wildcard list only strings are allowed"));
  throw new PatternProblem(`Unsupported anything-but pattern: ${name}`);
}

/** AWS: the range in which numbers are compared. */
const NUMBER_MAX = 5e9;

const comparisons: Readonly<Record<string, (value: number, bound: number) => boolean>> = {
  "=": (value, bound) => value === bound,
  "<": (value, bound) => value < bound,
  "<=": (value, bound) => value <= bound,
  ">": (value, bound) => value > bound,
  ">=": (value, bound) => value >= bound,
};

/** `["=", 5]`, `[">", 0]`, or a lower bound and then an upper one. */
function numericTest(operand: unknown): ValueTest {
  if (!Array.isArray(operand)) throw new PatternProblem("Value of numeric must be an array");
  if (operand.length !== 2 && operand.length !== 4) throw new PatternProblem("Too few or too many elements in numeric expression");
  const parts = operand.length === 2 ? [operand] : [operand.slice(0, 2), operand.slice(2)];
  const bounds = parts.map(([sign, bound]) => {
    const compare = typeof sign === "string" && Object.hasOwn(comparisons, sign) ? comparisons[sign] : undefined;
    const number = numberIn(bound);
    if (!compare || typeof sign !== "string") throw new PatternProblem(`Unrecognized numeric range operator: ${String(sign)}`);
    if (number === undefined || Math.abs(number) > NUMBER_MAX) throw new PatternProblem("Value of a numeric operator must be a number between -5,000,000,000 and 5,000,000,000");
    return { sign, compare, number };
  });
  const [lower, upper] = bounds;
  if (lower && upper && (!lower.sign.startsWith(">") || !upper.sign.startsWith("<") || lower.number >= upper.number)) throw new PatternProblem("Bottom must be less than top");
  return (value) => {
    const number = numberIn(value);
    return number !== undefined && bounds.every(({ compare, number: bound }) => compare(number, bound));
  };
}

function listOf(operand: unknown): readonly unknown[] {
  if (!Array.isArray(operand)) return [operand];
  if (operand.length === 0) throw new PatternProblem("Empty arrays are not allowed");
  return operand;
}

/** The one member of an object; undefined for anything else than an object. */
function soleEntry(operand: unknown): readonly [string, unknown] | undefined {
  if (typeof operand !== "object" || operand === null || Array.isArray(operand) || operand instanceof SpelledNumber) return undefined;
  const [entry, ...more] = Object.entries(operand);
  if (!entry || more.length > 0) throw new PatternProblem("Only one key allowed in match expression");
  return entry;
}

function textOf(value: unknown, problem: string): string {
  if (typeof value !== "string") throw new PatternProblem(problem);
  return value;
}

function booleanOf(value: unknown, problem: string): boolean {
  if (typeof value !== "boolean") throw new PatternProblem(problem);
  return value;
}
