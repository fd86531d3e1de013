// PutImage: a manifest whose layers are in the repository becomes an image, tagged or not.
import { digestDiffers, imageExists } from "../faults.ts";
import { digestOf, pushImage } from "../images.ts";
import { type Op, scopeOf } from "../op.ts";
import { findRepository } from "../repositories.ts";

export const putImage: Op<"PutImage"> = async ({ registryId, repositoryName = "", imageManifest = "", imageManifestMediaType, imageTag, imageDigest }, context) => {
  const repository = await findRepository(context, scopeOf(registryId, context), repositoryName);
  const bytes = Buffer.from(imageManifest, "utf8");
  if (imageDigest !== undefined && imageDigest !== digestOf(bytes)) throw digestDiffers(imageDigest, digestOf(bytes));
  const { digest, changed } = await pushImage(context, repository, bytes, imageManifestMediaType, imageTag);
  const imageId = { imageDigest: digest, ...(imageTag === undefined ? {} : { imageTag }) };
  if (!changed) throw imageExists(repository.value, imageId);
  return { image: { registryId: repository.value.account, repositoryName, imageId, imageManifest, ...(imageManifestMediaType === undefined ? {} : { imageManifestMediaType }) } };
};
