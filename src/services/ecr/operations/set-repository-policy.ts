// SetRepositoryPolicy: kept as a record, as roles and bucket policies are, until access control is on.
import { checkPolicy } from "../policies.ts";
import { type Op, scopeOf } from "../op.ts";
import { changeRepository } from "../repositories.ts";

export const setRepositoryPolicy: Op<"SetRepositoryPolicy"> = async ({ registryId, repositoryName = "", policyText = "" }, context) => {
  checkPolicy(policyText);
  const { account } = await changeRepository(context, scopeOf(registryId, context), repositoryName, (record) => ({ ...record, policy: policyText }));
  return { registryId: account, repositoryName, policyText };
};
