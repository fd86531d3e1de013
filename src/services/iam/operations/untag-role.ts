// UntagRole: removes tags; keys it does not have are no error.
import type { Op } from "../op.ts";
import { changeRole } from "../records.ts";
import { withoutTags } from "../tags.ts";

export const untagRole: Op<"UntagRole"> = async ({ RoleName = "", TagKeys = [] }, context) => {
  await changeRole(context, RoleName, (role) => ({ ...role, tags: withoutTags(role.tags, TagKeys) }));
  return {};
};
