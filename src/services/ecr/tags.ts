// Tags of repositories: fifty at most.
import { parseArn } from "../../kernel/arn.ts";
import { fault } from "../../kernel/fault.ts";
import type { Call } from "../../wire/service.ts";
import { invalidParameter } from "./faults.ts";
import type { Scope } from "./records.ts";

/** AWS: tags per resource. */
const TAGS_MAX = 50;

type Tags = Readonly<Record<string, string>>;

export const asTags = (tags: readonly { readonly Key?: string; readonly Value?: string }[] | undefined): Tags =>
  checkedTags(Object.fromEntries((tags ?? []).map(({ Key = "", Value = "" }) => [Key, Value])));

/** The same tags, or the fault of there being too many. */
export function checkedTags(tags: Tags): Tags {
  if (Object.keys(tags).length > TAGS_MAX) throw fault("TooManyTagsException", { message: `The number of tags exceeds the limit of ${TAGS_MAX} tags per repository` });
  return tags;
}

/** The repository an ARN names. */
export function taggedRepository(arn: string, { account, region }: Pick<Call, "account" | "region">): { readonly scope: Scope; readonly name: string } {
  const parsed = parseArn(arn);
  const [, name] = /^repository\/(.+)$/.exec(parsed?.resource ?? "") ?? [];
  if (parsed?.service !== "ecr" || name === undefined) throw invalidParameter(`Invalid parameter at 'resourceArn' failed to satisfy constraint: 'Invalid ARN'`);
  return { scope: { account: parsed.account || account, region: parsed.region || region }, name };
}
