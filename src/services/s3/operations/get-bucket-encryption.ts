// GetBucketEncryption: the default that every bucket has had since 2023.
import { findBucket } from "../buckets.ts";
import type { Op } from "../op.ts";

export const getBucketEncryption: Op<"GetBucketEncryption"> = async (input, context) => {
  await findBucket(input, context);
  return {
    ServerSideEncryptionConfiguration: { Rules: [{ ApplyServerSideEncryptionByDefault: { SSEAlgorithm: "AES256" }, BucketKeyEnabled: false }] },
  };
};
