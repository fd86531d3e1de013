// GetDownloadUrlForLayer: where the layer's bytes are, at this server's own registry.
import { layersInaccessible } from "../faults.ts";
import { findBlob } from "../images.ts";
import { type Op, scopeOf } from "../op.ts";
import { findRepository } from "../repositories.ts";

export const getDownloadUrlForLayer: Op<"GetDownloadUrlForLayer"> = async ({ registryId, repositoryName = "", layerDigest = "" }, context) => {
  const { account, region } = scopeOf(registryId, context);
  const repository = await findRepository(context, { account, region }, repositoryName);
  if (!(await findBlob(context, repository, layerDigest))) throw layersInaccessible(repository.value, layerDigest);
  return { layerDigest, downloadUrl: `${context.endpoint}/v2/${account}/${region}/${repositoryName}/blobs/${layerDigest}` };
};
