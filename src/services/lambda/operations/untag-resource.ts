// UntagResource: removes tags; keys that are not there are no error.
import type { Op } from "../op.ts";
import { taggedResource } from "../tags.ts";

export const untagResource: Op<"UntagResource"> = async ({ Resource = "", TagKeys = [] }, context) => {
  const gone = new Set(TagKeys);
  await taggedResource(Resource, context).change((tags) => Object.fromEntries(Object.entries(tags).filter(([key]) => !gone.has(key))));
  return {};
};
