// BatchGetImage: manifests by tag or digest; what is not there is told apart.
import { findImage } from "../images.ts";
import { type Op, scopeOf } from "../op.ts";
import { findRepository } from "../repositories.ts";
import { digestOfRecord } from "../views.ts";

export const batchGetImage: Op<"BatchGetImage"> = async ({ registryId, repositoryName = "", imageIds = [], acceptedMediaTypes }, context) => {
  const repository = await findRepository(context, scopeOf(registryId, context), repositoryName);
  const found = await Promise.all(imageIds.map(async (imageId) => {
    const image = await findImage(context, repository, imageId);
    return { imageId, image: !image || !acceptedMediaTypes || acceptedMediaTypes.includes(image.mediaType) ? image : undefined };
  }));
  const images = found.flatMap(({ imageId, image }) => (image ? [{ imageId, image }] : []));
  return {
    images: await Promise.all(images.map(async ({ imageId, image }) => ({
      registryId: repository.value.account, repositoryName,
      imageId: { imageDigest: digestOfRecord(image), ...(imageId.imageTag === undefined ? {} : { imageTag: imageId.imageTag }) },
      imageManifest: Buffer.from(await context.blobs.bytes(image.id)).toString("utf8"), imageManifestMediaType: image.mediaType,
    }))),
    failures: found.filter(({ image }) => !image).map(({ imageId }) => ({ imageId, failureCode: "ImageNotFound" as const, failureReason: "Requested image not found" })),
  };
};
