// CompleteLayerUpload: the parts become a layer of the repository when they have the digest that was promised.
import { invalidParameter, layerExists } from "../faults.ts";
import { findBlob } from "../images.ts";
import { type Op, scopeOf } from "../op.ts";
import { findRepository } from "../repositories.ts";
import { finishUpload } from "../uploads.ts";

export const completeLayerUpload: Op<"CompleteLayerUpload"> = async ({ registryId, repositoryName = "", uploadId = "", layerDigests = [] }, context) => {
  const repository = await findRepository(context, scopeOf(registryId, context), repositoryName);
  const [digest = ""] = layerDigests;
  if (layerDigests.length !== 1) throw invalidParameter("Invalid parameter at 'layerDigests': exactly one digest is supported");
  if (await findBlob(context, repository, digest)) throw layerExists(repository.value, digest);
  await finishUpload(context, repository, uploadId, new Uint8Array(), digest);
  return { registryId: repository.value.account, repositoryName, uploadId, layerDigest: digest };
};
