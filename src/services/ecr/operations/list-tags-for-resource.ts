// ListTagsForResource: the tags of a repository.
import type { Op } from "../op.ts";
import { findRepository } from "../repositories.ts";
import { taggedRepository } from "../tags.ts";

export const listTagsForResource: Op<"ListTagsForResource"> = async ({ resourceArn = "" }, context) => {
  const { scope, name } = taggedRepository(resourceArn, context);
  const { value } = await findRepository(context, scope, name);
  return { tags: Object.entries(value.tags).map(([Key, Value]) => ({ Key, Value })) };
};
