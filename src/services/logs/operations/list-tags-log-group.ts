// ListTagsLogGroup: the older way to read tags, by name.
import { groupNamed } from "../lookup.ts";
import type { Op } from "../op.ts";

export const listTagsLogGroup: Op<"ListTagsLogGroup"> = async ({ logGroupName = "" }, context) => ({ tags: { ...(await groupNamed(context, logGroupName)).tags } });
