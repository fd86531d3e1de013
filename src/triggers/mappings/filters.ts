// Filter criteria: which events of a source a function wants. What is not wanted is settled without it.
import { type EventPattern, parseJson, readEventPattern } from "../../kernel/event-pattern/event-pattern.ts";
import type { SourceKind } from "./mapping.ts";

/** An event as filters see it. */
export interface FilterSubject {
  /** Everything but the payload; names at the top. */
  readonly facts: Readonly<Record<string, unknown>>;
  /** Of a queue's or a Kinesis stream's event; a text that is JSON is matched as what it says. */
  readonly payload?: Uint8Array | string;
}

export type Filter = (subject: FilterSubject) => boolean;

/** The name under which patterns speak of the payload. */
const payloadFields: Readonly<Record<SourceKind, string | undefined>> = { sqs: "body", kinesis: "data", dynamodb: undefined };

/** Undefined when everything is wanted. Throws PatternProblem. */
export function compileFilters(patterns: readonly string[], kind: SourceKind): Filter | undefined {
  if (patterns.length === 0) return undefined;
  const filters = patterns.map((text) => compileFilter(text, payloadFields[kind]));
  return (subject) => filters.some((filter) => filter(subject));
}

/**
 * Source: the original's tables of formats. A pattern for JSON never matches a text and the other way round; a pattern that does not speak of
 * the payload looks at the rest only.
 */
function compileFilter(text: string, field: string | undefined): Filter {
  const pattern = readEventPattern(text);
  if (field === undefined || !pattern.fields.has(field)) return ({ facts }) => pattern.matches(factsFor(pattern, facts));
  const wantsText = Array.isArray((JSON.parse(text) as Readonly<Record<string, unknown>>)[field]);
  return ({ facts, payload }) => {
    const found = textOf(payload);
    if (found === undefined) return false;
    const document = documentIn(found, pattern);
    if (wantsText === (document !== undefined)) return false;
    return pattern.matches({ ...factsFor(pattern, facts), [field]: document ?? found });
  };
}

/** Facts with numbers that came from JSON already need no spelling. */
const factsFor = ({ spellsNumbers }: EventPattern, facts: FilterSubject["facts"]): Readonly<Record<string, unknown>> =>
  spellsNumbers ? (parseJson(JSON.stringify(facts)) as Readonly<Record<string, unknown>>) : facts;

const utf8 = new TextDecoder("utf-8", { fatal: true });

/** Undefined for what is no text. */
function textOf(payload: Uint8Array | string | undefined): string | undefined {
  if (payload === undefined || typeof payload === "string") return payload;
  try {
    return utf8.decode(payload);
  } catch {
    return undefined;
  }
}

/** An object or array; a lone value counts as a text. */
function documentIn(text: string, { spellsNumbers }: EventPattern): unknown {
  if (!/^\s*[[{]/.test(text)) return undefined;
  try {
    return spellsNumbers ? parseJson(text) : JSON.parse(text);
  } catch {
    return undefined;
  }
}
