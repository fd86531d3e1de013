// PutBucketTagging: replaces all tags of a bucket.
import { changeBucket } from "../buckets.ts";
import { checkDocument } from "../document-digest.ts";
import type { Op } from "../op.ts";
import { documentTags } from "../tags.ts";

export const putBucketTagging: Op<"PutBucketTagging"> = async (input, context) => {
  await checkDocument(context, "optional");
  const tags = documentTags(input.Tagging?.TagSet, "Bucket");
  await changeBucket(input, context, (bucket) => ({ ...bucket, tags }));
  context.reply.status = 204;
  return {};
};
