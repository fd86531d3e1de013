// UntagResource: removes tags of a function; keys it does not have are no error.
import { notFound } from "../faults.ts";
import type { Op } from "../op.ts";
import { taggedFunction } from "../tags.ts";

export const untagResource: Op<"UntagResource"> = async ({ Resource = "", TagKeys = [] }, context) => {
  const ref = taggedFunction(Resource, context);
  const gone = new Set(TagKeys);
  if (!(await context.heart.registry.change(ref, ({ tags }) => ({ tags: Object.fromEntries(Object.entries(tags).filter(([key]) => !gone.has(key))) })))) throw notFound(ref);
  return {};
};
