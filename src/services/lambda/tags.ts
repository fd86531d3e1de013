// Tags of functions, code signing configurations and event source mappings: fifty at most, never on a version or an alias.
import { functionNotFound } from "../../functions/registry/refusals.ts";
import { parseArn } from "../../kernel/arn.ts";
import { fault, type Fault } from "../../kernel/fault.ts";
import { changeCodeSigning, codeSigningMissing, findCodeSigning } from "./code-signing.ts";
import { invalid } from "./faults.ts";
import { refOf } from "./function-name.ts";
import type { LambdaContext } from "./op.ts";

/** AWS: tags per resource. */
const TAGS_MAX = 50;

type Tags = Readonly<Record<string, string>>;

/** The same tags, or the fault of there being too many. */
export function checkedTags(tags: Tags): Tags {
  if (Object.keys(tags).length > TAGS_MAX) throw invalid("Number of tags exceeds resource tag limit.");
  return tags;
}

/** Something that carries tags; both acts fault when it is not there. */
export interface Tagged {
  read(): Promise<Tags>;
  change(decide: (tags: Tags) => Tags): Promise<void>;
}

export function taggedResource(arn: string, context: LambdaContext): Tagged {
  const [kind = "", ...rest] = parseArn(arn)?.resource.split(":") ?? [];
  if (kind === "function") return taggedFunction(arn, rest, context);
  if (kind === "code-signing-config") return taggedCodeSigning(arn, context);
  if (kind === "event-source-mapping") return taggedMapping(arn, rest.join(":"), context);
  throw fault("ResourceNotFoundException", { message: `${missing[kind] ?? "Resource not found"}: ${arn}`, Type: "User" });
}

function taggedFunction(arn: string, path: readonly string[], context: LambdaContext): Tagged {
  if (path.length > 1) throw invalid("Tags on function aliases and versions are not supported. Please specify a function ARN.");
  const ref = refOf(arn, undefined, context);
  const { registry } = context.heart;
  return {
    read: async () => found(await registry.find(ref), functionNotFound(ref)).tags,
    change: async (decide) => void found(await registry.change(ref, ({ tags }) => ({ tags: decide(tags) })), functionNotFound(ref)),
  };
}

const taggedCodeSigning = (arn: string, context: LambdaContext): Tagged => ({
  read: async () => found(await findCodeSigning(arn, context), codeSigningMissing(arn)).tags,
  change: async (decide) => void found(await changeCodeSigning(arn, context, (before) => ({ ...before, tags: decide(before.tags) })), codeSigningMissing(arn)),
});

const taggedMapping = (arn: string, id: string, context: LambdaContext): Tagged => ({
  read: async () => found(await context.mappings.find(context, id), mappingMissing(arn)).tags,
  change: async (decide) => void found(await context.mappings.changeTags(context, id, decide), mappingMissing(arn)),
});

const mappingMissing = (arn: string): Fault => fault("ResourceNotFoundException", { message: `Event source mapping not found: ${arn}`, Type: "User" });

function found<T>(thing: T | undefined, otherwise: Fault): T {
  if (thing === undefined) throw otherwise;
  return thing;
}

const missing: Readonly<Record<string, string>> = { "capacity-provider": "Capacity provider not found" };
