// BatchDeleteImage: by tag the tag goes, and with its last tag the image; by digest the image goes with all its tags.
import { findImage, listTags, removeImage, removeTag } from "../images.ts";
import type { ImageId } from "../faults.ts";
import { type Op, scopeOf } from "../op.ts";
import { findRepository } from "../repositories.ts";
import { digestOfRecord } from "../views.ts";

export const batchDeleteImage: Op<"BatchDeleteImage"> = async ({ registryId, repositoryName = "", imageIds = [] }, context) => {
  const repository = await findRepository(context, scopeOf(registryId, context), repositoryName);
  const gone: ImageId[] = [];
  const failures: { imageId: ImageId; failureCode: "ImageNotFound" | "ImageReferencedByManifestList"; failureReason: string }[] = [];
  for (const imageId of imageIds) {
    const image = await findImage(context, repository, imageId);
    if (!image) {
      failures.push({ imageId, failureCode: "ImageNotFound", failureReason: "Requested image not found" });
      continue;
    }
    const own = (await listTags(context.store, repository.value.id)).filter(({ manifestId }) => manifestId === image.id).map(({ tag }) => tag);
    const { imageTag } = imageId;
    if (imageTag !== undefined && own.length > 1) {
      await removeTag(context, repository, imageTag);
      gone.push({ imageDigest: digestOfRecord(image), imageTag });
      continue;
    }
    const refused = await removeImage(context, repository, image.id);
    if (refused !== undefined) failures.push({ imageId, failureCode: "ImageReferencedByManifestList", failureReason: refused });
    else gone.push(...(own.length > 0 ? own.map((tag) => ({ imageDigest: digestOfRecord(image), imageTag: tag })) : [{ imageDigest: digestOfRecord(image) }]));
  }
  return { imageIds: gone, failures };
};
