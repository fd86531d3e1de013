// ListPolicyVersions: the versions of a managed policy, latest first.
import { policyAt } from "../managed-policies.ts";
import type { Op } from "../op.ts";
import { pageOf } from "../paging.ts";
import { versionView } from "../views.ts";

export const listPolicyVersions: Op<"ListPolicyVersions"> = async ({ PolicyArn = "", ...page }, context) => {
  const policy = await policyAt(context, PolicyArn);
  const { items, rest } = pageOf(policy.versions.toReversed(), ({ id }) => id, page);
  return { Versions: items.map((version) => versionView(policy, version)), ...rest };
};
