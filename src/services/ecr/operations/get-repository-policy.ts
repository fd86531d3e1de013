// GetRepositoryPolicy: the policy as it was given.
import { type Op, scopeOf } from "../op.ts";
import { policyMissing } from "../policies.ts";
import { findRepository } from "../repositories.ts";

export const getRepositoryPolicy: Op<"GetRepositoryPolicy"> = async ({ registryId, repositoryName = "" }, context) => {
  const { value } = await findRepository(context, scopeOf(registryId, context), repositoryName);
  if (value.policy === undefined) throw policyMissing(value);
  return { registryId: value.account, repositoryName, policyText: value.policy };
};
