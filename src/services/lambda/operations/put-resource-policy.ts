// PutResourcePolicy: a function's whole policy at once.
import { uuid } from "../../../kernel/ids.ts";
import { notFound } from "../faults.ts";
import { changePolicy, policyTarget, readPolicy, requireRevision } from "../resource-policy.ts";
import type { Op } from "../op.ts";
import { policyText } from "../statement.ts";

export const putResourcePolicy: Op<"PutResourcePolicy"> = async ({ ResourceArn, Policy = "", RevisionId }, context) => {
  const ref = policyTarget(ResourceArn, context);
  await context.heart.versionOf(ref);
  const next = { revisionId: uuid(), statements: readPolicy(Policy) };
  const record = await changePolicy(context.heart.registry, ref, (current) => {
    requireRevision(RevisionId, current, "GetResourcePolicy");
    return next;
  });
  if (!record) throw notFound(ref);
  return { Policy: policyText(next), RevisionId: next.revisionId };
};
