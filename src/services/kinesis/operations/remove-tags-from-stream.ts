// RemoveTagsFromStream: removes tags; unknown ones are no mistake.
import { changeStream } from "../lookup.ts";
import type { Op } from "../op.ts";
import { checkStreamTags, withoutTags } from "../tags.ts";

export const removeTagsFromStream: Op<"RemoveTagsFromStream"> = async ({ TagKeys = [], ...naming }, context) => {
  await changeStream(naming, context, (stream) => {
    checkStreamTags(stream, "remove tags from", TagKeys);
    return { ...stream, tags: withoutTags(stream.tags, TagKeys) };
  });
  return {};
};
