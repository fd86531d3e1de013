// GetBucketAccelerateConfiguration: empty, as for a bucket where it was never enabled.
import { findBucket } from "../buckets.ts";
import type { Op } from "../op.ts";

export const getBucketAccelerateConfiguration: Op<"GetBucketAccelerateConfiguration"> = async (input, context) => {
  await findBucket(input, context);
  return {};
};
