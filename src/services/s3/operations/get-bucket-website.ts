// GetBucketWebsite: there is none, for none can be put yet.
import { findBucket } from "../buckets.ts";
import { notConfigured } from "../errors.ts";
import type { Op } from "../op.ts";

export const getBucketWebsite: Op<"GetBucketWebsite"> = async (input, context) => {
  const { value: bucket } = await findBucket(input, context);
  throw notConfigured("NoSuchWebsiteConfiguration", "The specified bucket does not have a website configuration", bucket.name);
};
