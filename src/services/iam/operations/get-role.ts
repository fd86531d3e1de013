// GetRole: a role with its trust policy and tags.
import type { Op } from "../op.ts";
import { roleNamed } from "../records.ts";
import { roleView } from "../views.ts";

export const getRole: Op<"GetRole"> = async ({ RoleName = "" }, context) => {
  const role = await roleNamed(context, RoleName);
  // The original says here when a role was last used; it is not recorded, which is the original's answer for "never".
  return { Role: { ...roleView(role), RoleLastUsed: {} } };
};
