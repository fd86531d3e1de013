// TagResource: adds or replaces tags.
import { resourceMissing } from "../faults.ts";
import { topicRefOf } from "../lookup.ts";
import type { Op } from "../op.ts";
import { mergeTags, readTags } from "../tags.ts";

export const tagResource: Op<"TagResource"> = async ({ ResourceArn, Tags }, { topics }) => {
  const added = readTags(Tags);
  if (!(await topics.records.change(topicRefOf(ResourceArn, "ResourceArn"), ({ tags }) => ({ tags: mergeTags(tags, added) })))) throw resourceMissing();
  return {};
};
