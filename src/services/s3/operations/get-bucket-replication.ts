// GetBucketReplication: there is none, for none can be put yet.
import { findBucket } from "../buckets.ts";
import { notConfigured } from "../errors.ts";
import type { Op } from "../op.ts";

export const getBucketReplication: Op<"GetBucketReplication"> = async (input, context) => {
  const { value: bucket } = await findBucket(input, context);
  throw notConfigured("ReplicationConfigurationNotFoundError", "The replication configuration was not found", bucket.name);
};
