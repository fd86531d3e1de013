// ListImages: every tag with its digest, and the digests that have none.
import { listImages as images, listTags } from "../images.ts";
import { type Op, scopeOf } from "../op.ts";
import { findRepository } from "../repositories.ts";
import { digestOfRecord, pageOf } from "../views.ts";

/** AWS: the default page. */
const PAGE = 100;

export const listImages: Op<"ListImages"> = async ({ registryId, repositoryName = "", nextToken, maxResults = PAGE, filter }, context) => {
  const { value: repository } = await findRepository(context, scopeOf(registryId, context), repositoryName);
  // Nothing is ever archived here.
  if (filter?.imageStatus === "ARCHIVED" || filter?.imageStatus === "ACTIVATING") return { imageIds: [] };
  const tags = await listTags(context.store, repository.id);
  const tagged = new Set(tags.map(({ manifestId }) => manifestId));
  const ids = [
    ...(filter?.tagStatus === "UNTAGGED" ? [] : tags.map(({ tag, manifestId }) => ({ imageDigest: `sha256:${manifestId}`, imageTag: tag }))),
    ...(filter?.tagStatus === "TAGGED" ? [] : (await images(context.store, repository.id)).filter(({ id }) => !tagged.has(id)).map((image) => ({ imageDigest: digestOfRecord(image) }))),
  ];
  const nameOf = (image: { readonly imageDigest: string; readonly imageTag?: string }): string => `${image.imageDigest}:${image.imageTag ?? ""}`;
  const page = pageOf(ids.sort((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1)), nameOf, nextToken, maxResults);
  return { imageIds: [...page.items], nextToken: page.nextToken };
};
