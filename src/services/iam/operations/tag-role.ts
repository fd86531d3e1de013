// TagRole: adds or replaces tags.
import type { Op } from "../op.ts";
import { changeRole } from "../records.ts";
import { mergeTags } from "../tags.ts";

export const tagRole: Op<"TagRole"> = async ({ RoleName = "", Tags = [] }, context) => {
  await changeRole(context, RoleName, (role) => ({ ...role, tags: mergeTags(role.tags, Tags) }));
  return {};
};
