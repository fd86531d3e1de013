// DeletePolicyVersion: any version but the default.
import { fault } from "../../../kernel/fault.ts";
import { changePolicy, versionOf } from "../managed-policies.ts";
import type { Op } from "../op.ts";

export const deletePolicyVersion: Op<"DeletePolicyVersion"> = async ({ PolicyArn = "", VersionId = "" }, context) => {
  const nowMs = context.clock.now();
  await changePolicy(context, PolicyArn, (policy) => {
    const version = versionOf(policy, VersionId);
    if (version.id === policy.defaultVersion) throw fault("DeleteConflict", { message: "Cannot delete the default version of a policy." });
    return { ...policy, updatedMs: nowMs, versions: policy.versions.filter((other) => other !== version) };
  });
  return {};
};
