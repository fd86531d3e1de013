// AddTagsToStream: adds or replaces tags.
import { changeStream } from "../lookup.ts";
import type { Op } from "../op.ts";
import { withTags } from "../tags.ts";

export const addTagsToStream: Op<"AddTagsToStream"> = async ({ Tags = {}, ...naming }, context) => {
  await changeStream(naming, context, (stream) => ({ ...stream, tags: withTags(stream.tags, Tags) }));
  return {};
};
