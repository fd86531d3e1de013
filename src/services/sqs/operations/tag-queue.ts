// TagQueue: adds or replaces tags.
import { changeQueue } from "../lookup.ts";
import type { Op } from "../op.ts";
import { mergeTags } from "../tags.ts";

export const tagQueue: Op<"TagQueue"> = async ({ QueueUrl, Tags = {} }, context) => {
  await changeQueue(context, QueueUrl, ({ tags }) => ({ tags: mergeTags(tags, Tags) }));
  return {};
};
