// GetBucketRequestPayment: the owner pays, always.
import { findBucket } from "../buckets.ts";
import type { Op } from "../op.ts";

export const getBucketRequestPayment: Op<"GetBucketRequestPayment"> = async (input, context) => {
  await findBucket(input, context);
  return { Payer: "BucketOwner" };
};
