// TagResource: adds or replaces tags of a repository.
import type { Op } from "../op.ts";
import { changeRepository } from "../repositories.ts";
import { asTags, checkedTags, taggedRepository } from "../tags.ts";

export const tagResource: Op<"TagResource"> = async ({ resourceArn = "", tags }, context) => {
  const { scope, name } = taggedRepository(resourceArn, context);
  await changeRepository(context, scope, name, (record) => ({ ...record, tags: checkedTags({ ...record.tags, ...asTags(tags) }) }));
  return {};
};
