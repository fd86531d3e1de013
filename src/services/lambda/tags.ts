// Tags of functions: fifty at most, never on a version or an alias.
import type { FunctionRef } from "../../functions/function.ts";
import { fault } from "../../kernel/fault.ts";
import { parseArn } from "../../kernel/arn.ts";
import type { Call } from "../../wire/service.ts";
import { invalid } from "./faults.ts";
import { refOf } from "./function-name.ts";

/** AWS: tags per resource. */
const TAGS_MAX = 50;

type Tags = Readonly<Record<string, string>>;

/** The same tags, or the fault of there being too many. */
export function checkedTags(tags: Tags): Tags {
  if (Object.keys(tags).length > TAGS_MAX) throw invalid("Number of tags exceeds resource tag limit.");
  return tags;
}

/** The function an ARN names. Only functions can exist here of the resources that may carry tags. */
export function taggedFunction(arn: string, call: Pick<Call, "account" | "region" | "operation">): FunctionRef {
  const [kind = "", ...rest] = parseArn(arn)?.resource.split(":") ?? [];
  if (kind !== "function") throw fault("ResourceNotFoundException", { message: missing(kind, arn), Type: "User" });
  if (rest.length > 1) throw invalid("Tags on function aliases and versions are not supported. Please specify a function ARN.");
  return refOf(arn, undefined, call);
}

function missing(kind: string, arn: string): string {
  if (kind === "event-source-mapping") return `Event source mapping not found: ${arn}`;
  if (kind === "code-signing-config") return `The Lambda code signing configuration ${arn} can not be found.`;
  if (kind === "capacity-provider") return `Capacity provider not found: ${arn}`;
  return `Resource not found: ${arn}`;
}
