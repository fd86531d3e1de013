// UntagResource: takes tags off a repository.
import type { Op } from "../op.ts";
import { changeRepository } from "../repositories.ts";
import { taggedRepository } from "../tags.ts";

export const untagResource: Op<"UntagResource"> = async ({ resourceArn = "", tagKeys = [] }, context) => {
  const { scope, name } = taggedRepository(resourceArn, context);
  await changeRepository(context, scope, name, (record) => ({ ...record, tags: Object.fromEntries(Object.entries(record.tags).filter(([key]) => !tagKeys.includes(key))) }));
  return {};
};
