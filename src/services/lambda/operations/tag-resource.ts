// TagResource: adds or replaces tags.
import { invalid } from "../faults.ts";
import type { Op } from "../op.ts";
import { checkedTags, taggedResource } from "../tags.ts";

export const tagResource: Op<"TagResource"> = async ({ Resource = "", Tags = {} }, context) => {
  const resource = taggedResource(Resource, context);
  if (Object.keys(Tags).length === 0) throw invalid("An error occurred and the request cannot be processed.");
  await resource.change((tags) => checkedTags({ ...tags, ...Tags }));
  return {};
};
