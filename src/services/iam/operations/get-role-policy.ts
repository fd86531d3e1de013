// GetRolePolicy: one inline policy.
import { inlinePolicyMissing } from "../inline-policies.ts";
import type { Op } from "../op.ts";
import { encodeDocument, roleNamed } from "../records.ts";

export const getRolePolicy: Op<"GetRolePolicy"> = async ({ RoleName = "", PolicyName = "" }, context) => {
  const { name, inline } = await roleNamed(context, RoleName);
  const document = Object.hasOwn(inline, PolicyName) ? inline[PolicyName] : undefined;
  if (document === undefined) throw inlinePolicyMissing(PolicyName);
  return { RoleName: name, PolicyName, PolicyDocument: encodeDocument(document) };
};
