// GetResourcePolicy: the same policy that GetPolicy shows, asked by ARN.
import { own } from "../../../kernel/own.ts";
import { noSuchResource } from "../layers.ts";
import type { Op } from "../op.ts";
import { policyTarget } from "../resource-policy.ts";
import { policyText } from "../statement.ts";

export const getResourcePolicy: Op<"GetResourcePolicy"> = async ({ ResourceArn }, context) => {
  const ref = policyTarget(ResourceArn, context);
  const policy = own((await context.heart.registry.find(ref))?.policies, ref.qualifier ?? "$LATEST");
  if (!policy) throw noSuchResource();
  return { Policy: policyText(policy), RevisionId: policy.revisionId };
};
