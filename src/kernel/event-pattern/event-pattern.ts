// Event patterns: which events a rule or an event source mapping wants, in the pattern language of EventBridge; read once, then matched fast.
import { fieldTest, type FieldTest } from "./field-test.ts";
import { parseJson } from "./json-numbers.ts";
import { PatternProblem } from "./problem.ts";

export { parseJson } from "./json-numbers.ts";
export { PatternProblem } from "./problem.ts";

export interface EventPattern {
  /** `event`: a JSON value; one in which numbers are compared exactly should come from `parseJson`. Never throws. */
  readonly matches: (event: unknown) => boolean;
  /** Names of the fields at the top, those of alternatives included. */
  readonly fields: ReadonlySet<string>;
  /** Whether the spelling of numbers matters (`300` is not `300.0`): then events should come from `parseJson`. */
  readonly spellsNumbers: boolean;
}

type Json = Readonly<Record<string, unknown>>;
type ObjectTest = (event: Json) => boolean;

/** What is absent has no fields, so that `{"exists": false}` below it holds. */
const nothing: Json = Object.freeze({});

/** Ours: arrays within arrays of an event that are looked into. */
const DEPTH_MAX = 64;

/** Throws PatternProblem, whose message says what is wrong. A field named twice counts as named last. */
export function readEventPattern(text: string): EventPattern {
  let pattern: unknown;
  try {
    pattern = parseJson(text);
  } catch {
    throw new PatternProblem("it is not JSON");
  }
  if (!isObject(pattern)) throw new PatternProblem("it is not an object");
  const reading: Reading = { spellsNumbers: false };
  const test = objectTest(pattern, reading);
  return {
    matches: (event) => isObject(event) && test(event),
    fields: new Set(fieldsOf(pattern)),
    spellsNumbers: reading.spellsNumbers,
  };
}

interface Reading {
  spellsNumbers: boolean;
}

function objectTest(pattern: Json, reading: Reading): ObjectTest {
  const entries = Object.entries(pattern);
  if (entries.length === 0) throw new PatternProblem("Empty objects are not allowed");
  const tests = entries.map(([name, wanted]): ObjectTest => {
    const alternatives = alternativesIn(name, wanted);
    if (alternatives) {
      const any = alternatives.map((alternative) => objectTest(alternative, reading));
      return (event) => any.some((test) => test(event));
    }
    if (Array.isArray(wanted)) {
      const test: FieldTest = fieldTest(name, wanted, () => void (reading.spellsNumbers = true));
      return (event) => test(Object.hasOwn(event, name) ? event[name] : undefined);
    }
    if (!isObject(wanted)) throw new PatternProblem(`"${name}" must be an object or an array`);
    const test = objectTest(wanted, reading);
    return (event) => anyObject(Object.hasOwn(event, name) ? event[name] : undefined, test, 0);
  });
  return (event) => tests.every((test) => test(event));
}

/** Of several objects in an array one has to meet the whole pattern by itself. */
function anyObject(value: unknown, test: ObjectTest, depth: number): boolean {
  if (isObject(value)) return test(value);
  if (!Array.isArray(value) || value.length === 0) return test(nothing);
  return depth < DEPTH_MAX && value.some((item) => anyObject(item, test, depth + 1));
}

/** `$or` with two objects or more is an operator; otherwise it is a field of that name. */
function alternativesIn(name: string, wanted: unknown): readonly Json[] | undefined {
  return name === "$or" && Array.isArray(wanted) && wanted.length > 1 && wanted.every(isObject) ? wanted : undefined;
}

function fieldsOf(pattern: Json): readonly string[] {
  return Object.entries(pattern).flatMap(([name, wanted]) => alternativesIn(name, wanted)?.flatMap(fieldsOf) ?? [name]);
}

function isObject(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value) && Object.getPrototypeOf(value) === Object.prototype;
}
