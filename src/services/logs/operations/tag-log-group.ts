// TagLogGroup: the older way to tag, by name.
import type { Op } from "../op.ts";
import { addTags } from "../tags.ts";

export const tagLogGroup: Op<"TagLogGroup"> = async ({ logGroupName = "", tags = {} }, context) => {
  await addTags(context, logGroupName, tags);
  return {};
};
