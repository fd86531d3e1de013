// GetBucketLifecycleConfiguration: there is none, for none can be put yet.
import { findBucket } from "../buckets.ts";
import { notConfigured } from "../errors.ts";
import type { Op } from "../op.ts";

export const getBucketLifecycleConfiguration: Op<"GetBucketLifecycleConfiguration"> = async (input, context) => {
  const { value: bucket } = await findBucket(input, context);
  throw notConfigured("NoSuchLifecycleConfiguration", "The lifecycle configuration does not exist", bucket.name);
};
