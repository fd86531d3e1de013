// What a target gets: the event, a part of it, a constant, or a template filled with parts of it.
import type { RuleRecord, TargetInput } from "./buses.ts";
import type { Envelope } from "./envelope.ts";
import { readPath } from "./path.ts";

/** JSON, as a rule; a template need not be. */
export function inputOf(input: TargetInput | undefined, envelope: Envelope, rule: Pick<RuleRecord, "arn" | "name">): string {
  if (!input) return envelope.text;
  if (input.kind === "constant") return input.text;
  if (input.kind === "path") return input.path === "$" ? envelope.text : JSON.stringify(readPath(input.path)?.(envelope.value) ?? null);
  return fill(input, envelope, rule);
}

/** Names that a template may use without a path. */
export const RESERVED_NAMES = ["aws.events.rule-arn", "aws.events.rule-name", "aws.events.event.ingestion-time", "aws.events.event", "aws.events.event.json"] as const;

const PLACEHOLDER = /<([\w.-]+)>/g;

/** Names that the template uses, in their order. */
export const namesIn = (template: string): readonly string[] => [...template.matchAll(PLACEHOLDER)].map(([, name = ""]) => name);

/**
 * Within quotation marks a value stands as its text, elsewhere as JSON; what is not there leaves nothing within them, and an empty text elsewhere.
 * A template that is one text in quotation marks, or is no JSON at all, is a text too.
 */
function fill({ paths, template }: Extract<TargetInput, { readonly kind: "template" }>, envelope: Envelope, rule: Pick<RuleRecord, "arn" | "name">): string {
  const values = new Map<string, unknown>([
    ["aws.events.rule-arn", rule.arn],
    ["aws.events.rule-name", rule.name],
    ["aws.events.event.ingestion-time", new Date(envelope.takenMs).toISOString()],
  ]);
  for (const [name, path] of Object.entries(paths)) values.set(name, readPath(path)?.(envelope.value));
  const quoted = quotedRanges(template);
  return template.replace(PLACEHOLDER, (_, name: string, at: number) => {
    if (name === "aws.events.event.json") return envelope.text;
    if (name === "aws.events.event") return JSON.stringify({ ...envelope.value, detail: undefined });
    const value = values.get(name);
    const inQuotes = quoted.some(([from, to]) => at > from && at < to);
    if (!inQuotes) return JSON.stringify(value ?? "");
    return value === undefined || value === null ? "" : JSON.stringify(typeof value === "string" ? value : JSON.stringify(value)).slice(1, -1);
  });
}

/** Where its texts in quotation marks begin and end. */
function quotedRanges(template: string): readonly (readonly [number, number])[] {
  return [...template.matchAll(/"(?:[^"\\]|\\.)*"/gs)].map((match) => [match.index, match.index + match[0].length - 1]);
}
