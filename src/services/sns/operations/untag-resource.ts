// UntagResource.
import { resourceMissing } from "../faults.ts";
import { topicRefOf } from "../lookup.ts";
import type { Op } from "../op.ts";

export const untagResource: Op<"UntagResource"> = async ({ ResourceArn, TagKeys = [] }, { topics }) => {
  const changed = await topics.records.change(topicRefOf(ResourceArn, "ResourceArn"), ({ tags }) => ({ tags: Object.fromEntries(Object.entries(tags).filter(([key]) => !TagKeys.includes(key))) }));
  if (!changed) throw resourceMissing();
  return {};
};
