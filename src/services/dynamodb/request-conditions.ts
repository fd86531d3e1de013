// The condition of a request, written as an expression or in the legacy way, but not both.
import { Resolver } from "./expressions/resolve.ts";
import { parseCondition, parseProjection } from "./expressions/parse.ts";
import { openPlaceholders, type PlaceholderInput, type Placeholders } from "./expressions/placeholders.ts";
import { compileProjection, type Projection } from "./expressions/project.ts";
import type { Condition } from "./expressions/syntax.ts";
import { invalid } from "./faults.ts";

/** Throws when a request mixes the two generations of parameters. Both tables are by parameter name. */
export function refuseMixture(legacy: Readonly<Record<string, unknown>>, expressions: Readonly<Record<string, unknown>>): void {
  const old = present(legacy);
  if (old.length === 0) return;
  const fresh = present(expressions);
  if (fresh.length === 0) return;
  throw invalid(`Can not use both expression and non-expression parameters in the same request: Non-expression parameters: {${old.join(", ")}} Expression parameters: {${fresh.join(", ")}}`);
}

const present = (table: Readonly<Record<string, unknown>>): readonly string[] => Object.keys(table).filter((name) => table[name] !== undefined);

/** A condition expression, resolved; undefined when there is none. */
export function readCondition(text: string | undefined, what: string, placeholders: Placeholders): Condition | undefined {
  return text === undefined ? undefined : new Resolver(what, placeholders).condition(parseCondition(text, what));
}

export function readProjection(text: string | undefined, placeholders: Placeholders): Projection | undefined {
  if (text === undefined) return undefined;
  const resolver = new Resolver("ProjectionExpression", placeholders);
  return compileProjection(parseProjection(text).map((parts) => resolver.path(parts)));
}

/** AttributesToGet as a projection. */
export function legacyProjection(names: readonly string[] | undefined): Projection | undefined {
  if (!names) return undefined;
  if (new Set(names).size < names.length) throw invalid(`One or more parameter values were invalid: Duplicate value in attribute name: ${names.find((name, at) => names.indexOf(name) !== at)}`);
  return { ...compileProjection(names.map((name) => [name])), legacy: true };
}

/** A request that has one condition expression and nothing else that uses placeholders. */
export function conditionOf(input: PlaceholderInput & { readonly ConditionExpression?: string | undefined }): Condition | undefined {
  const placeholders = openPlaceholders(input, { ConditionExpression: input.ConditionExpression }, ["ConditionExpression"]);
  const condition = readCondition(input.ConditionExpression, "ConditionExpression", placeholders);
  placeholders.allUsed();
  return condition;
}
