// GetPolicyVersion: one document of a managed policy.
import { policyAt, versionOf } from "../managed-policies.ts";
import type { Op } from "../op.ts";
import { encodeDocument } from "../records.ts";
import { versionView } from "../views.ts";

export const getPolicyVersion: Op<"GetPolicyVersion"> = async ({ PolicyArn = "", VersionId = "" }, context) => {
  const policy = await policyAt(context, PolicyArn);
  const version = versionOf(policy, VersionId);
  return { PolicyVersion: { Document: encodeDocument(version.document), ...versionView(policy, version) } };
};
