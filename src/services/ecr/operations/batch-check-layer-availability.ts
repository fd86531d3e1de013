// BatchCheckLayerAvailability: which layers need not be pushed again.
import { isDigest } from "../../../functions/images/manifest.ts";
import { findBlob } from "../images.ts";
import { type Op, scopeOf } from "../op.ts";
import { findRepository } from "../repositories.ts";

export const batchCheckLayerAvailability: Op<"BatchCheckLayerAvailability"> = async ({ registryId, repositoryName = "", layerDigests = [] }, context) => {
  const repository = await findRepository(context, scopeOf(registryId, context), repositoryName);
  const looked = await Promise.all(layerDigests.map(async (layerDigest) => ({ layerDigest, blob: await findBlob(context, repository, layerDigest) })));
  return {
    layers: looked.filter(({ layerDigest }) => isDigest(layerDigest)).map(({ layerDigest, blob }) =>
      blob ? { layerDigest, layerAvailability: "AVAILABLE" as const, layerSize: blob.sizeBytes } : { layerDigest, layerAvailability: "UNAVAILABLE" as const, layerSize: 0 }),
    failures: layerDigests.filter((layerDigest) => !isDigest(layerDigest)).map((layerDigest) => ({ layerDigest, failureCode: "InvalidLayerDigest" as const, failureReason: "Invalid layer digest" })),
  };
};
