// TagResource: adds or replaces tags of a function.
import { invalid, notFound } from "../faults.ts";
import type { Op } from "../op.ts";
import { checkedTags, taggedFunction } from "../tags.ts";

export const tagResource: Op<"TagResource"> = async ({ Resource = "", Tags = {} }, context) => {
  const ref = taggedFunction(Resource, context);
  if (Object.keys(Tags).length === 0) throw invalid("An error occurred and the request cannot be processed.");
  if (!(await context.heart.registry.change(ref, ({ tags }) => ({ tags: checkedTags({ ...tags, ...Tags }) })))) throw notFound(ref);
  return {};
};
