// ListTagsForResource: the tags of the group an ARN names.
import { groupNamed, nameInArn } from "../lookup.ts";
import type { Op } from "../op.ts";

export const listTagsForResource: Op<"ListTagsForResource"> = async ({ resourceArn = "" }, context) => ({ tags: { ...(await groupNamed(context, nameInArn(context, resourceArn))).tags } });
