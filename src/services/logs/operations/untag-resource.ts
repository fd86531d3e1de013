// UntagResource: removes tags of the group an ARN names; keys it does not have are no error.
import { nameInArn } from "../lookup.ts";
import type { Op } from "../op.ts";
import { removeTags } from "../tags.ts";

export const untagResource: Op<"UntagResource"> = async ({ resourceArn = "", tagKeys = [] }, context) => {
  await removeTags(context, nameInArn(context, resourceArn), tagKeys);
  return {};
};
