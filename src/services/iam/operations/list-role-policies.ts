// ListRolePolicies: the names of a role's inline policies.
import type { Op } from "../op.ts";
import { pageOf } from "../paging.ts";
import { roleNamed } from "../records.ts";

export const listRolePolicies: Op<"ListRolePolicies"> = async ({ RoleName = "", ...page }, context) => {
  const { inline } = await roleNamed(context, RoleName);
  const { items, rest } = pageOf(Object.keys(inline).sort(), (name) => name, page);
  return { PolicyNames: items, ...rest };
};
