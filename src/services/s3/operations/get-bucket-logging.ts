// GetBucketLogging: empty, for access is not logged into buckets.
import { findBucket } from "../buckets.ts";
import type { Op } from "../op.ts";

export const getBucketLogging: Op<"GetBucketLogging"> = async (input, context) => {
  await findBucket(input, context);
  return {};
};
