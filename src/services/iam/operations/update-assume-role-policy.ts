// UpdateAssumeRolePolicy: another trust policy.
import type { Op } from "../op.ts";
import { checkDocument, checkSize } from "../policy-document.ts";
import { changeRole } from "../records.ts";

export const updateAssumeRolePolicy: Op<"UpdateAssumeRolePolicy"> = async ({ RoleName = "", PolicyDocument = "" }, context) => {
  checkDocument(PolicyDocument, "trust");
  checkSize(PolicyDocument, "trust");
  await changeRole(context, RoleName, (role) => ({ ...role, trust: PolicyDocument }));
  return {};
};
