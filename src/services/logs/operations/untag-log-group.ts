// UntagLogGroup: the older way to remove tags, by name.
import type { Op } from "../op.ts";
import { removeTags } from "../tags.ts";

export const untagLogGroup: Op<"UntagLogGroup"> = async ({ logGroupName = "", tags = [] }, context) => {
  await removeTags(context, logGroupName, tags);
  return {};
};
