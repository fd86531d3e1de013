// TagResource: adds or replaces tags.
import { taggedMissing, taggedOf } from "../lookup.ts";
import type { Op } from "../op.ts";
import { addTags, type Tags } from "../tags.ts";

export const tagResource: Op<"TagResource"> = async ({ ResourceARN, Tags: given }, { buses }) => {
  const tagged = taggedOf(ResourceARN);
  const add = ({ tags }: { readonly tags: Tags }): { readonly tags: Tags } => ({ tags: addTags(tags, given) });
  if (!(tagged.kind === "bus" ? await buses.records.change(tagged.bus, add) : await buses.rules.change(tagged.bus, tagged.rule, add))) throw taggedMissing(tagged);
  return {};
};
