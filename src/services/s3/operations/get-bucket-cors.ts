// GetBucketCors: there is none, for none can be put yet.
import { findBucket } from "../buckets.ts";
import { notConfigured } from "../errors.ts";
import type { Op } from "../op.ts";

export const getBucketCors: Op<"GetBucketCors"> = async (input, context) => {
  const { value: bucket } = await findBucket(input, context);
  throw notConfigured("NoSuchCORSConfiguration", "The CORS configuration does not exist", bucket.name);
};
