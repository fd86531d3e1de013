// AddTagsToStream: adds or replaces tags.
import { changeStream } from "../lookup.ts";
import type { Op } from "../op.ts";
import { checkStreamTags, withTags } from "../tags.ts";

export const addTagsToStream: Op<"AddTagsToStream"> = async ({ Tags = {}, ...naming }, context) => {
  await changeStream(naming, context, (stream) => {
    checkStreamTags(stream, "add tags to", [...Object.keys(Tags), ...Object.values(Tags)], Object.keys(Tags));
    return { ...stream, tags: withTags(stream.tags, Tags) };
  });
  return {};
};
