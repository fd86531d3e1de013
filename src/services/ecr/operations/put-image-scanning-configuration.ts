// PutImageScanningConfiguration: nothing is scanned here, so only "do not" is accepted.
import { notYet } from "../faults.ts";
import { type Op, scopeOf } from "../op.ts";
import { findRepository } from "../repositories.ts";

export const putImageScanningConfiguration: Op<"PutImageScanningConfiguration"> = async ({ registryId, repositoryName = "", imageScanningConfiguration }, context) => {
  const { value } = await findRepository(context, scopeOf(registryId, context), repositoryName);
  if (imageScanningConfiguration?.scanOnPush) throw notYet("imageScanningConfiguration scanOnPush");
  return { registryId: value.account, repositoryName, imageScanningConfiguration: { scanOnPush: false } };
};
