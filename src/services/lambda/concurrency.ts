// The rules by which functions may set concurrency aside, in the original's words.
import type { FunctionRecord, FunctionRef } from "../../functions/function.ts";
import { totalKept, type ProvisionedFacts, type ScalingFacts } from "../../functions/concurrency/shares.ts";
import { fault, type Fault } from "../../kernel/fault.ts";
import { own } from "../../kernel/own.ts";
import { aliasNotFound, isAliasName } from "./aliases.ts";
import { invalid, notFound, notYet } from "./faults.ts";
import { unqualifiedRefOf } from "./function-name.ts";
import type { LambdaContext, Output } from "./op.ts";

/** AWS: so much of an account's concurrency stays free for all. */
const UNRESERVED_MIN = 100;

/** Some of these answers come without a Type on the original. */
const untyped = (message: string): Fault => fault("InvalidParameterValueException", { message });

export function requireReservable(record: FunctionRecord, asked: number, { heart, account, region }: LambdaContext): void {
  const { concurrency } = heart;
  if (concurrency.accountMax - concurrency.setAside({ account, region }, record.name) - asked < unreservedMin(concurrency.accountMax))
    throw untyped(`Specified ReservedConcurrentExecutions for function decreases account's UnreservedConcurrentExecution below its minimum value of [${unreservedMin(concurrency.accountMax)}].`);
  const provisioned = totalKept(record.concurrency);
  if (asked < provisioned) throw untyped(` ReservedConcurrentExecutions  ${asked} should not be lower than function's total provisioned concurrency [${provisioned}].`);
}

export function requireProvisionable(record: FunctionRecord, qualifier: string, asked: number, context: LambdaContext): void {
  requireKeepable(record, own(record.concurrency.provisioned, qualifier)?.requested ?? 0, asked, context);
}

export function requireScalable(record: FunctionRecord, version: string, { min = 0, max }: ScalingFacts, context: LambdaContext): void {
  if (max !== undefined && max < min) throw invalid("MinExecutionEnvironments must not be greater than MaxExecutionEnvironments.");
  requireKeepable(record, own(record.concurrency.scaling, version)?.min ?? 0, min, context);
}

/** May `asked` instances be kept ready where `before` are now? */
function requireKeepable(record: FunctionRecord, before: number, asked: number, { heart, account, region }: LambdaContext): void {
  const { reserved } = record.concurrency;
  const others = totalKept(record.concurrency) - before;
  if (reserved !== undefined) {
    if (others + asked > reserved) throw invalid("Requested Provisioned Concurrency should not be greater than the reservedConcurrentExecution for function");
    return;
  }
  const { concurrency } = heart;
  const unreserved = concurrency.accountMax - concurrency.setAside({ account, region }, record.name) - others;
  if (asked > unreserved) throw untyped(`Specified ConcurrentExecutions for function is greater than account's unreserved concurrency [${unreserved}].`);
  if (unreserved - asked < unreservedMin(concurrency.accountMax))
    throw untyped(`Specified ConcurrentExecutions for function decreases account's UnreservedConcurrentExecution below its minimum value of [${unreservedMin(concurrency.accountMax)}].`);
}

/** An account smaller than the original's smallest has nothing it must keep. */
const unreservedMin = (accountMax: number): number => (accountMax > UNRESERVED_MIN ? UNRESERVED_MIN : 0);

/** A version is kept ready under one name: its number or one alias. */
export function requireOneName(record: FunctionRecord, qualifier: string): void {
  const named = Object.keys(record.concurrency.provisioned);
  const alias = own(record.aliases, qualifier);
  if (alias && named.includes(alias.version))
    throw fault("ResourceConflictException", { message: "Alias can't be used for Provisioned Concurrency configuration on an already Provisioned version", Type: "User" });
  if (!alias && named.some((name) => own(record.aliases, name)?.version === qualifier))
    throw fault("ResourceConflictException", { message: "Version is pointed by a Provisioned Concurrency alias", Type: "User" });
}

/** The published version or alias that is kept ready; the original refuses `$LATEST` in other words where it is to be so from now on. */
export function provisionableName({ qualifier }: FunctionRef, otherwise = "The function resource provided must be an alias or a published version."): string {
  if (qualifier === undefined || qualifier === "$LATEST") throw invalid(otherwise);
  return qualifier;
}

/** Missing things are told by what they would have been. */
export async function requireTarget(ref: FunctionRef, qualifier: string, { heart }: LambdaContext): Promise<void> {
  const record = await heart.registry.find(ref);
  if (isAliasName(qualifier) ? !own(record?.aliases, qualifier) : record === undefined) throw isAliasName(qualifier) ? aliasNotFound(ref, qualifier) : notFound(ref);
  await heart.versionOf(ref);
}

/** The published version that is to be scaled. */
export function scaledRef(name: string | undefined, qualifier: string | undefined, context: LambdaContext): { readonly ref: FunctionRef; readonly version: string } {
  const ref = unqualifiedRefOf(name, context);
  if (qualifier === undefined || !/^\d+$/.test(qualifier)) throw notYet(`The qualifier ${qualifier}`);
  return { ref, version: qualifier };
}

export const noProvisionedConfig = (): Fault =>
  fault("ProvisionedConcurrencyConfigNotFoundException", { message: "No Provisioned Concurrency Config found for this function", Type: "User" });

/** How far the promise is kept right now. */
export async function provisionedView(ref: FunctionRef, { requested, modifiedMs }: ProvisionedFacts, { heart }: LambdaContext): Promise<Output<"GetProvisionedConcurrencyConfig">> {
  const record = await heart.registry.find(ref);
  const version = await heart.versionOf({ ...ref, qualifier: own(record?.aliases, ref.qualifier ?? "")?.version ?? ref.qualifier });
  const { ready, busy, failure } = heart.concurrency.kept(version);
  const allocated = Math.min(ready, requested);
  return {
    RequestedProvisionedConcurrentExecutions: requested,
    AvailableProvisionedConcurrentExecutions: Math.max(0, allocated - busy),
    AllocatedProvisionedConcurrentExecutions: allocated,
    Status: allocated === requested ? "READY" : failure ? "FAILED" : "IN_PROGRESS",
    ...(allocated < requested && failure ? { StatusReason: failure.kind === "refused" ? reasonText(failure.reason) : "FUNCTION_ERROR_INIT_FAILURE" } : {}),
    LastModified: `${new Date(modifiedMs).toISOString().slice(0, 19)}+0000`,
  };
}

const reasonText = (reason: unknown): string => (reason instanceof Error ? reason.message : String(reason));
