// ListTagsForResource: the tags of a stream or a consumer.
import type { Op } from "../op.ts";
import { resourceAt } from "../resources.ts";
import { tagsView } from "../tags.ts";

export const listTagsForResource: Op<"ListTagsForResource"> = async ({ ResourceARN = "" }, context) => ({ Tags: tagsView((await resourceAt(ResourceARN, context)).tags) });
