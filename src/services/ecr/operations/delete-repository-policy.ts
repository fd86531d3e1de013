// DeleteRepositoryPolicy: answers the policy that was.
import { type Op, scopeOf } from "../op.ts";
import { policyMissing } from "../policies.ts";
import { changeRepository } from "../repositories.ts";

export const deleteRepositoryPolicy: Op<"DeleteRepositoryPolicy"> = async ({ registryId, repositoryName = "" }, context) => {
  let policyText = "";
  const { account } = await changeRepository(context, scopeOf(registryId, context), repositoryName, (record) => {
    if (record.policy === undefined) throw policyMissing(record);
    policyText = record.policy;
    return { ...record, policy: undefined };
  });
  return { registryId: account, repositoryName, policyText };
};
