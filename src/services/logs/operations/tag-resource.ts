// TagResource: adds or replaces tags of the group an ARN names.
import { nameInArn } from "../lookup.ts";
import type { Op } from "../op.ts";
import { addTags } from "../tags.ts";

export const tagResource: Op<"TagResource"> = async ({ resourceArn = "", tags = {} }, context) => {
  await addTags(context, nameInArn(context, resourceArn), tags);
  return {};
};
