// DescribeImages: digests, tags, sizes and dates.
import { listImages, listTags, requireImage } from "../images.ts";
import { type Op, scopeOf } from "../op.ts";
import { findRepository } from "../repositories.ts";
import { imageDetail, pageOf } from "../views.ts";

/** AWS: the default page. */
const PAGE = 100;

export const describeImages: Op<"DescribeImages"> = async ({ registryId, repositoryName = "", imageIds, nextToken, maxResults = PAGE, filter }, context) => {
  const repository = await findRepository(context, scopeOf(registryId, context), repositoryName);
  // Nothing is ever archived here.
  if (filter?.imageStatus === "ARCHIVED" || filter?.imageStatus === "ACTIVATING") return { imageDetails: [] };
  const tags = await listTags(context.store, repository.value.id);
  if (imageIds) {
    const found = await Promise.all(imageIds.map((id) => requireImage(context, repository, id)));
    const distinct = [...new Map(found.map((image) => [image.id, image])).values()];
    return { imageDetails: distinct.map((image) => imageDetail(image, tags, repository.value)) };
  }
  const tagged = new Set(tags.map(({ manifestId }) => manifestId));
  const wanted = (await listImages(context.store, repository.value.id)).filter(({ id }) => filter?.tagStatus === undefined || filter.tagStatus === "ANY" || (filter.tagStatus === "TAGGED") === tagged.has(id));
  const page = pageOf(wanted, ({ id }) => id, nextToken, maxResults);
  return { imageDetails: page.items.map((image) => imageDetail(image, tags, repository.value)), nextToken: page.nextToken };
};
