// ListTagsForResource.
import { resourceMissing } from "../faults.ts";
import { topicRefOf } from "../lookup.ts";
import type { Op } from "../op.ts";

export const listTagsForResource: Op<"ListTagsForResource"> = async ({ ResourceArn }, { topics }) => {
  const topic = await topics.records.find(topicRefOf(ResourceArn, "ResourceArn"));
  if (!topic) throw resourceMissing();
  return { Tags: Object.entries(topic.tags).map(([Key, Value]) => ({ Key, Value })) };
};
