// ExpressionAttributeNames and ExpressionAttributeValues: looked up by the expressions of a request, and each must be used by one.
import type { AttributeValue } from "../../../triggers/tables/attribute-value.ts";
import { invalid } from "../faults.ts";
import { readValue } from "../values.ts";

export interface PlaceholderInput {
  readonly ExpressionAttributeNames?: Readonly<Record<string, string>> | undefined;
  readonly ExpressionAttributeValues?: object | undefined;
}

export interface Placeholders {
  readonly nameOf: (placeholder: string) => string | undefined;
  readonly valueOf: (placeholder: string) => AttributeValue | undefined;
  /** Throws when one was given that no expression used. */
  readonly allUsed: () => void;
}

const none: Placeholders = { nameOf: () => undefined, valueOf: () => undefined, allUsed: () => {} };

/**
 * Checks the tables themselves. `expressions` are the request's expression parameters by name, for the original names those that are missing;
 * `valued` are those that may use values.
 */
export function openPlaceholders(input: PlaceholderInput, expressions: Readonly<Record<string, string | undefined>>, valued: readonly string[]): Placeholders {
  const { ExpressionAttributeNames: names, ExpressionAttributeValues: sent } = input;
  if (!names && !sent) return none;
  const given = Object.keys(expressions).filter((name) => expressions[name] !== undefined);
  if (names && given.length === 0) throw invalid("ExpressionAttributeNames can only be specified when using expressions");
  if (sent && !valued.some((name) => expressions[name] !== undefined)) {
    const missing = valued.length === 1 ? `${valued[0]} is null` : `${valued.slice(0, -1).join(", ")} and ${valued.at(-1)} are null`;
    throw invalid(valued.length === 0 || given.length === 0 && valued.length === 0 ? "ExpressionAttributeValues can only be specified when using expressions" : `ExpressionAttributeValues can only be specified when using expressions: ${missing}`);
  }
  if (names) checkNames(names);
  const values = sent && readValues(sent);
  const used = new Set<string>();
  const found = <T>(table: Readonly<Record<string, T>> | undefined, key: string): T | undefined => {
    used.add(key);
    return table && Object.hasOwn(table, key) ? table[key] : undefined;
  };
  return {
    nameOf: (placeholder) => found(names, placeholder),
    valueOf: (placeholder) => found(values, placeholder),
    allUsed: () => {
      requireUsed("ExpressionAttributeNames", names, used);
      requireUsed("ExpressionAttributeValues", values, used);
    },
  };
}

function requireUsed(what: string, table: object | undefined, used: ReadonlySet<string>): void {
  const unused = table ? Object.keys(table).filter((key) => !used.has(key)) : [];
  if (unused.length > 0) throw invalid(`Value provided in ${what} unused in expressions: keys: {${unused.join(", ")}}`);
}

function checkNames(names: Readonly<Record<string, string>>): void {
  if (Object.keys(names).length === 0) throw invalid("ExpressionAttributeNames must not be empty");
  for (const key of Object.keys(names)) if (!/^#[A-Za-z0-9_]+$/.test(key)) throw invalid(`ExpressionAttributeNames contains invalid key: Syntax error; key: "${key}"`);
}

function readValues(sent: object): Readonly<Record<string, AttributeValue>> {
  const entries = Object.entries(sent);
  if (entries.length === 0) throw invalid("ExpressionAttributeValues must not be empty");
  for (const [key] of entries) if (!/^:[A-Za-z0-9_]+$/.test(key)) throw invalid(`ExpressionAttributeValues contains invalid key: Syntax error; key: "${key}"`);
  return Object.fromEntries(entries.map(([key, value]) => {
    try {
      return [key, readValue(value, ` for key ${key}`)];
    } catch (error) {
      if (error instanceof Error && "code" in error && error.message.includes("AttributeValue")) throw invalid(`ExpressionAttributeValues contains invalid value: ${error.message}`);
      throw error;
    }
  }));
}
