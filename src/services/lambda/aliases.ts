// What aliases are made of: which versions they may point to, how they look, how a missing one is told.
import type { Alias, FunctionRef } from "../../functions/function.ts";
import { functionArn } from "../../kernel/arn.ts";
import { fault, type Fault } from "../../kernel/fault.ts";
import { invalid, notFound } from "./faults.ts";
import type { Output } from "./op.ts";

/** A qualifier that is neither a number nor `$LATEST`. */
export const isAliasName = (qualifier: string): boolean => /^(?!\d+$)[a-zA-Z0-9-_]+$/.test(qualifier);

export const aliasNotFound = (ref: FunctionRef, name: string): Fault =>
  fault("ResourceNotFoundException", { message: `Cannot find alias arn: ${functionArn(ref, name)}`, Type: "User" });

export interface Routing {
  readonly version: string;
  readonly weights: Readonly<Record<string, number>>;
}

/** Faults when a version is missing or the weights make no sense. */
export async function checkRouting(ref: FunctionRef, { version, weights }: Routing, has: (version: string) => Promise<boolean>): Promise<void> {
  if (!(await has(version))) throw notFound({ ...ref, qualifier: version });
  const others = Object.keys(weights);
  if (others.length > 1) throw invalid("Number of items in AdditionalVersionWeights cannot be greater than 1");
  for (const other of others) {
    if (other === version) throw invalid(`Invalid function version ${other}. Function version ${other} is already included in routing configuration.`);
    // The original says this one without a Type.
    if (version === "$LATEST") throw fault("InvalidParameterValueException", { message: "$LATEST is not supported for an alias pointing to more than 1 version" });
    if (!(await has(other))) throw notFound({ ...ref, qualifier: other });
  }
}

export const aliasView = (ref: FunctionRef, { name, version, description, weights, revisionId }: Alias): Output<"GetAlias"> => ({
  AliasArn: functionArn(ref, name),
  Name: name,
  FunctionVersion: version,
  Description: description,
  ...(Object.keys(weights).length > 0 ? { RoutingConfig: { AdditionalVersionWeights: { ...weights } } } : {}),
  RevisionId: revisionId,
});
