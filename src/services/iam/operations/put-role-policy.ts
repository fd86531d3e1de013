// PutRolePolicy: adds or replaces an inline policy.
import type { Op } from "../op.ts";
import { checkDocument, checkSize } from "../policy-document.ts";
import { changeRole } from "../records.ts";

export const putRolePolicy: Op<"PutRolePolicy"> = async ({ RoleName = "", PolicyName = "", PolicyDocument = "" }, context) => {
  checkDocument(PolicyDocument, "permissions");
  await changeRole(context, RoleName, (role) => {
    const inline = { ...role.inline, [PolicyName]: PolicyDocument };
    checkSize(Object.values(inline).join(""), "inline", RoleName);
    return { ...role, inline };
  });
  return {};
};
