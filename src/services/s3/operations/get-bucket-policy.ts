// GetBucketPolicy: the document as it was sent.
import { findBucket } from "../buckets.ts";
import { notConfigured } from "../errors.ts";
import type { Op } from "../op.ts";

export const getBucketPolicy: Op<"GetBucketPolicy"> = async (input, context) => {
  const { name, policy } = (await findBucket(input, context)).value;
  if (policy === undefined) throw notConfigured("NoSuchBucketPolicy", "The bucket policy does not exist", name);
  return { Policy: policy };
};
