// PutImageTagMutability: whether a tag may move to another image.
import { notYet } from "../faults.ts";
import { type Op, scopeOf } from "../op.ts";
import { changeRepository } from "../repositories.ts";

export const putImageTagMutability: Op<"PutImageTagMutability"> = async ({ registryId, repositoryName = "", imageTagMutability, imageTagMutabilityExclusionFilters }, context) => {
  if (imageTagMutabilityExclusionFilters?.length || imageTagMutability?.endsWith("_WITH_EXCLUSION")) throw notYet("imageTagMutabilityExclusionFilters");
  const { account } = await changeRepository(context, scopeOf(registryId, context), repositoryName, (record) => ({ ...record, immutable: imageTagMutability === "IMMUTABLE" }));
  return { registryId: account, repositoryName, imageTagMutability };
};
