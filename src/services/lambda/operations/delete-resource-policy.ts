// DeleteResourcePolicy: nobody is invited any more.
import { noSuchResource } from "../layers.ts";
import type { Op } from "../op.ts";
import { changePolicy, policyTarget, requireRevision } from "../resource-policy.ts";

export const deleteResourcePolicy: Op<"DeleteResourcePolicy"> = async ({ ResourceArn, RevisionId }, context) => {
  const record = await changePolicy(context.heart.registry, policyTarget(ResourceArn, context), (current) => {
    if (!current) throw noSuchResource();
    requireRevision(RevisionId, current, "GetResourcePolicy");
    return undefined;
  });
  if (!record) throw noSuchResource();
  context.reply.status = 204;
  return {};
};
