// A function can be called by name, name:qualifier, account:function:name or ARN, whole or in part: all lead to one reference.
import type { FunctionRef } from "../../functions/function.ts";
import { limits } from "../../kernel/limits.ts";
import { fault } from "../../kernel/fault.ts";
import type { Call } from "../../wire/service.ts";
import { invalid } from "./faults.ts";

const FORM = /^(?:arn:(?:aws[a-zA-Z-]*)?:lambda:)?(?:((?:eusc-)?[a-z]{2}(?:-gov|-iso[a-z]?)?-[a-z]+-\d):)?(?:(\d{12}):)?(?:function:)?([a-zA-Z0-9-_.]+)(?::(\$LATEST|[a-zA-Z0-9-_]+))?$/;

/** The function meant by `FunctionName` and `Qualifier`; the door has checked the pattern of both. */
export function refOf(given: string | undefined, qualifier: string | undefined, { account, region }: Pick<Call, "account" | "region">): FunctionRef {
  const [, itsRegion = region, itsAccount = account, name = "", itsQualifier] = FORM.exec(given ?? "") ?? [];
  if (name.length > NAME_MAX)
    throw invalid(`1 validation error detected: Value '${name}' at 'functionName' failed to satisfy constraint: Member must have length less than or equal to ${NAME_MAX}`);
  if (itsRegion !== region)
    throw fault("ResourceNotFoundException", { message: `Functions from '${itsRegion}' are not reachable in this region ('${region}')`, Type: "User" });
  if (itsAccount !== account) throw fault("AccessDeniedException", { message: "", status: 403, Type: "User" });
  if (itsQualifier !== undefined && qualifier !== undefined && itsQualifier !== qualifier)
    throw invalid("The derived qualifier from the function name does not match the specified qualifier.");
  const meant = itsQualifier ?? qualifier;
  return { account, region, name, ...(meant === undefined ? {} : { qualifier: meant }) };
}

/** AWS: a name's length, beside the 140 that an ARN may have. Source: quotas. */
const NAME_MAX = 64;
/** AWS: `MaxItems` of most lists. */
export const pageSize = (asked: number | undefined): number => Math.min(asked ?? PAGE_MAX, PAGE_MAX, limits.store.listMax);
const PAGE_MAX = 50;
