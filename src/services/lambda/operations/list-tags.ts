// ListTags: the tags of a function, a code signing configuration or an event source mapping.
import type { Op } from "../op.ts";
import { taggedResource } from "../tags.ts";

export const listTags: Op<"ListTags"> = async ({ Resource = "" }, context) => ({ Tags: { ...(await taggedResource(Resource, context).read()) } });
