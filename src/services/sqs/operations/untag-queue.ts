// UntagQueue: removes tags; those that are not there are no mistake.
import { changeQueue } from "../lookup.ts";
import type { Op } from "../op.ts";

export const untagQueue: Op<"UntagQueue"> = async ({ QueueUrl, TagKeys = [] }, context) => {
  await changeQueue(context, QueueUrl, ({ tags }) => ({ tags: Object.fromEntries(Object.entries(tags).filter(([key]) => !TagKeys.includes(key))) }));
  return {};
};
