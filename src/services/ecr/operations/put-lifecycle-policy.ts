// PutLifecyclePolicy: refused, since no image would ever expire by it.
import { notYet } from "../faults.ts";
import { type Op, scopeOf } from "../op.ts";
import { findRepository } from "../repositories.ts";

export const putLifecyclePolicy: Op<"PutLifecyclePolicy"> = async ({ registryId, repositoryName = "" }, context) => {
  await findRepository(context, scopeOf(registryId, context), repositoryName);
  throw notYet("lifecyclePolicyText");
};
