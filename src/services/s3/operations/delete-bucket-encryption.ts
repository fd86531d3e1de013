// DeleteBucketEncryption: back to the default, where every bucket is already.
import { findBucket } from "../buckets.ts";
import type { Op } from "../op.ts";

export const deleteBucketEncryption: Op<"DeleteBucketEncryption"> = async (input, context) => {
  await findBucket(input, context);
  return {};
};
