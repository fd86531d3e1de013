// PutObjectTagging: replaces all tags of a version.
import { changeTags } from "../change-tags.ts";
import { checkDocument } from "../document-digest.ts";
import type { Op } from "../op.ts";
import { refuseUnbuilt } from "../refusals.ts";
import { documentTags } from "../tags.ts";

export const putObjectTagging: Op<"PutObjectTagging"> = async (input, context) => {
  refuseUnbuilt(context.headers);
  await checkDocument(context, "optional");
  const tags = documentTags(input.Tagging?.TagSet, "Object");
  return { VersionId: await changeTags(context, input, "ObjectTagging:Put", tags) };
};
