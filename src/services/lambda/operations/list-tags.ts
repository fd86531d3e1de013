// ListTags: the tags of a function.
import { notFound } from "../faults.ts";
import type { Op } from "../op.ts";
import { taggedFunction } from "../tags.ts";

export const listTags: Op<"ListTags"> = async ({ Resource = "" }, context) => {
  const ref = taggedFunction(Resource, context);
  const record = await context.heart.registry.find(ref);
  if (!record) throw notFound(ref);
  return { Tags: { ...record.tags } };
};
