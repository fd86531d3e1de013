// SetDefaultPolicyVersion: which document of a managed policy counts.
import { changePolicy, versionOf } from "../managed-policies.ts";
import type { Op } from "../op.ts";

export const setDefaultPolicyVersion: Op<"SetDefaultPolicyVersion"> = async ({ PolicyArn = "", VersionId = "" }, context) => {
  const nowMs = context.clock.now();
  await changePolicy(context, PolicyArn, (policy) => ({ ...policy, updatedMs: nowMs, defaultVersion: versionOf(policy, VersionId).id }));
  return {};
};
