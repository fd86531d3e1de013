// ListTagsForStream: by key, a page at a time.
import { limits } from "../../../kernel/limits.ts";
import { streamOf } from "../lookup.ts";
import type { Op } from "../op.ts";
import { tagsView } from "../tags.ts";

export const listTagsForStream: Op<"ListTagsForStream"> = async ({ ExclusiveStartTagKey = "", Limit = limits.kinesis.tagsMax, ...naming }, context) => {
  const tags = tagsView((await streamOf(naming, context)).tags).filter(({ Key }) => Key > ExclusiveStartTagKey);
  return { Tags: tags.slice(0, Limit), HasMoreTags: tags.length > Limit };
};
