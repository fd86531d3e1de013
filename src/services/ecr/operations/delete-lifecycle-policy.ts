// DeleteLifecyclePolicy: there is none to delete.
import { lifecycleMissing } from "../policies.ts";
import { type Op, scopeOf } from "../op.ts";
import { findRepository } from "../repositories.ts";

export const deleteLifecyclePolicy: Op<"DeleteLifecyclePolicy"> = async ({ registryId, repositoryName = "" }, context) => {
  throw lifecycleMissing((await findRepository(context, scopeOf(registryId, context), repositoryName)).value);
};
