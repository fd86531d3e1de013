// RemoveTagsFromStream: removes tags; unknown ones are no mistake.
import { changeStream } from "../lookup.ts";
import type { Op } from "../op.ts";
import { withoutTags } from "../tags.ts";

export const removeTagsFromStream: Op<"RemoveTagsFromStream"> = async ({ TagKeys = [], ...naming }, context) => {
  await changeStream(naming, context, (stream) => ({ ...stream, tags: withoutTags(stream.tags, TagKeys) }));
  return {};
};
