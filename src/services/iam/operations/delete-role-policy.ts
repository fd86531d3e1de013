// DeleteRolePolicy: removes an inline policy.
import { inlinePolicyMissing } from "../inline-policies.ts";
import type { Op } from "../op.ts";
import { changeRole } from "../records.ts";

export const deleteRolePolicy: Op<"DeleteRolePolicy"> = async ({ RoleName = "", PolicyName = "" }, context) => {
  await changeRole(context, RoleName, (role) => {
    if (!Object.hasOwn(role.inline, PolicyName)) throw inlinePolicyMissing(PolicyName);
    return { ...role, inline: Object.fromEntries(Object.entries(role.inline).filter(([name]) => name !== PolicyName)) };
  });
  return {};
};
