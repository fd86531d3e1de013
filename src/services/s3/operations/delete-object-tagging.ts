// DeleteObjectTagging: removes all tags of a version.
import { changeTags } from "../change-tags.ts";
import type { Op } from "../op.ts";
import { refuseUnbuilt } from "../refusals.ts";

export const deleteObjectTagging: Op<"DeleteObjectTagging"> = async (input, context) => {
  refuseUnbuilt(context.headers);
  return { VersionId: await changeTags(context, input, "ObjectTagging:Delete", undefined) };
};
