// CreateRepository: a place to push to.
import { notYet } from "../faults.ts";
import { type Op, scopeOf } from "../op.ts";
import { createRepository as create } from "../repositories.ts";
import { asTags } from "../tags.ts";
import { repositoryView } from "../views.ts";

export const createRepository: Op<"CreateRepository"> = async (input, context) => {
  if (input.imageScanningConfiguration?.scanOnPush) throw notYet("imageScanningConfiguration scanOnPush");
  if (input.encryptionConfiguration && input.encryptionConfiguration.encryptionType !== "AES256") throw notYet(`encryptionConfiguration ${input.encryptionConfiguration.encryptionType}`);
  if (input.imageTagMutabilityExclusionFilters?.length) throw notYet("imageTagMutabilityExclusionFilters");
  if (input.imageTagMutability?.endsWith("_WITH_EXCLUSION")) throw notYet(`imageTagMutability ${input.imageTagMutability}`);
  const settings = { immutable: input.imageTagMutability === "IMMUTABLE", tags: asTags(input.tags) };
  return { repository: repositoryView(await create(context, scopeOf(input.registryId, context), input.repositoryName ?? "", settings), context) };
};
