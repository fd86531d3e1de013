// DeleteBucketPolicy: 204 whether or not there was one.
import { changeBucket } from "../buckets.ts";
import type { Op } from "../op.ts";

export const deleteBucketPolicy: Op<"DeleteBucketPolicy"> = async (input, context) => {
  await changeBucket(input, context, (bucket) => ({ ...bucket, policy: undefined }));
  return {};
};
