// UntagResource: removes tags of a stream or a consumer.
import type { Op } from "../op.ts";
import { changeResource } from "../resources.ts";
import { withoutTags } from "../tags.ts";

export const untagResource: Op<"UntagResource"> = async ({ ResourceARN = "", TagKeys = [] }, context) => {
  await changeResource(ResourceARN, context, (resource) => ({ ...resource, tags: withoutTags(resource.tags, TagKeys) }));
  return {};
};
