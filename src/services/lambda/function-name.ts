// A function can be called by name, name:qualifier, account:function:name or ARN, whole or in part: all lead to one reference.
import type { FunctionRef } from "../../functions/function.ts";
import { functionArn, partitionOf } from "../../kernel/arn.ts";
import { fault, type Fault } from "../../kernel/fault.ts";
import type { Call } from "../../wire/service.ts";
import { invalid } from "./faults.ts";

const FORM = /^(?:arn:(?:aws[a-zA-Z-]*)?:lambda:)?(?:((?:eusc-)?[a-z]{2}(?:-gov|-iso[a-z]?)?-[a-z]+-\d):)?(?:(\d{12}):)?(?:function:)?([a-zA-Z0-9-_.]+)(?::(\$LATEST|[a-zA-Z0-9-_]+))?$/;

/** The function meant by `FunctionName` and `Qualifier`; the door has checked the pattern of both. */
export function refOf(given: string | undefined, qualifier: string | undefined, call: Pick<Call, "account" | "region" | "operation">): FunctionRef {
  const { account, region } = call;
  const [, itsRegion = region, itsAccount = account, name = "", itsQualifier] = FORM.exec(given ?? "") ?? [];
  if (name.length > NAME_MAX)
    throw invalid(`1 validation error detected: Value '${name}' at 'functionName' failed to satisfy constraint: Member must have length less than or equal to ${NAME_MAX}`);
  if (itsRegion !== region)
    throw fault("ResourceNotFoundException", { message: `Functions from '${itsRegion}' are not reachable in this region ('${region}')`, Type: "User" });
  if (itsAccount !== account) throw foreign(call, functionArn({ account: itsAccount, region, name }, itsQualifier));
  if (itsQualifier !== undefined && qualifier !== undefined && itsQualifier !== qualifier)
    throw mismatch();
  const meant = itsQualifier ?? qualifier;
  return { account, region, name, ...(meant === undefined ? {} : { qualifier: meant }) };
}

/** For what is the function's alone, whichever version runs: settings that an alias or a version can not have. */
export function unqualifiedRefOf(given: string | undefined, call: Pick<Call, "account" | "region" | "operation">): FunctionRef {
  const ref = refOf(given, undefined, call);
  if (ref.qualifier === undefined) return ref;
  throw invalid("This operation is permitted on Lambda functions only. Aliases and versions do not support this operation. Please specify either a function name or an unqualified function ARN.");
}

/** For changes of the function as it is now: `$LATEST` may be named, nothing else can change. */
export function latestRefOf(given: string | undefined, call: Pick<Call, "account" | "region" | "operation">): FunctionRef {
  const ref = refOf(given, undefined, call);
  if (ref.qualifier !== undefined && ref.qualifier !== "$LATEST") throw mismatch();
  return ref;
}

const mismatch = (): Fault => invalid("The derived qualifier from the function name does not match the specified qualifier.");

/** Functions of other accounts are shared by their policies, which are judged once access control is on. */
function foreign({ account, operation, region }: Pick<Call, "account" | "region" | "operation">, arn: string): Fault {
  const user = `arn:${partitionOf(region)}:iam::${account}:root`;
  const action = `lambda:${operation === "Invoke" || operation === "InvokeAsync" ? "InvokeFunction" : operation}`;
  return fault("AccessDeniedException", {
    message: `User: ${user} is not authorized to perform: ${action} on resource: ${arn} because no resource-based policy allows the ${action} action`, status: 403,
  });
}

/** AWS: a name's length, beside the 140 that an ARN may have. Source: quotas. */
const NAME_MAX = 64;
