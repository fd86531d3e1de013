// TagResource: adds or replaces tags of a stream or a consumer.
import type { Op } from "../op.ts";
import { changeResource } from "../resources.ts";
import { withTags } from "../tags.ts";

export const tagResource: Op<"TagResource"> = async ({ ResourceARN = "", Tags = {} }, context) => {
  await changeResource(ResourceARN, context, (resource) => ({ ...resource, tags: withTags(resource.tags, Tags) }));
  return {};
};
