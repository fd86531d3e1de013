// ListInstanceProfilesForRole: none, for there are no instances; tools ask before they delete a role.
import type { Op } from "../op.ts";
import { roleNamed } from "../records.ts";

export const listInstanceProfilesForRole: Op<"ListInstanceProfilesForRole"> = async ({ RoleName = "" }, context) => {
  await roleNamed(context, RoleName);
  return { InstanceProfiles: [], IsTruncated: false };
};
