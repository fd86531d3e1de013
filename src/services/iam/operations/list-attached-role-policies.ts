// ListAttachedRolePolicies: the managed policies of a role, below a path.
import type { Op } from "../op.ts";
import { pageOf } from "../paging.ts";
import { roleNamed } from "../records.ts";

export const listAttachedRolePolicies: Op<"ListAttachedRolePolicies"> = async ({ RoleName = "", PathPrefix = "/", ...page }, context) => {
  const { attached } = await roleNamed(context, RoleName);
  const below = attached.filter((arn) => arn.slice(arn.indexOf(":policy/") + ":policy".length).startsWith(PathPrefix));
  const { items, rest } = pageOf(below, (arn) => arn, page);
  return { AttachedPolicies: items.map((arn) => ({ PolicyName: arn.slice(arn.lastIndexOf("/") + 1), PolicyArn: arn })), ...rest };
};
