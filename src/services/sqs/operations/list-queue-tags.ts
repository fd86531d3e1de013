// ListQueueTags: all tags of a queue.
import { queueAt } from "../lookup.ts";
import type { Op } from "../op.ts";

export const listQueueTags: Op<"ListQueueTags"> = async ({ QueueUrl }, context) => {
  const { tags } = await queueAt(context, QueueUrl);
  return Object.keys(tags).length === 0 ? {} : { Tags: { ...tags } };
};
