// ListTagsForResource.
import { taggedMissing, taggedOf } from "../lookup.ts";
import type { Op } from "../op.ts";

export const listTagsForResource: Op<"ListTagsForResource"> = async ({ ResourceARN }, { buses }) => {
  const tagged = taggedOf(ResourceARN);
  const found = tagged.kind === "bus" ? await buses.records.find(tagged.bus) : await buses.rules.find(tagged.bus, tagged.rule);
  if (!found) throw taggedMissing(tagged);
  return { Tags: Object.entries(found.tags).map(([Key, Value]) => ({ Key, Value })) };
};
