// DeleteBucketTagging: removes all tags of a bucket.
import { changeBucket } from "../buckets.ts";
import type { Op } from "../op.ts";

export const deleteBucketTagging: Op<"DeleteBucketTagging"> = async (input, context) => {
  await changeBucket(input, context, (bucket) => ({ ...bucket, tags: undefined }));
  return {};
};
