// UntagResource.
import { taggedMissing, taggedOf } from "../lookup.ts";
import type { Op } from "../op.ts";
import type { Tags } from "../tags.ts";

export const untagResource: Op<"UntagResource"> = async ({ ResourceARN, TagKeys = [] }, { buses }) => {
  const tagged = taggedOf(ResourceARN);
  const drop = ({ tags }: { readonly tags: Tags }): { readonly tags: Tags } => ({ tags: Object.fromEntries(Object.entries(tags).filter(([key]) => !TagKeys.includes(key))) });
  if (!(tagged.kind === "bus" ? await buses.records.change(tagged.bus, drop) : await buses.rules.change(tagged.bus, tagged.rule, drop))) throw taggedMissing(tagged);
  return {};
};
