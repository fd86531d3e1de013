// GetObjectLockConfiguration: there is none, for no bucket can be made with it yet.
import { findBucket } from "../buckets.ts";
import { notConfigured } from "../errors.ts";
import type { Op } from "../op.ts";

export const getObjectLockConfiguration: Op<"GetObjectLockConfiguration"> = async (input, context) => {
  const { value: bucket } = await findBucket(input, context);
  throw notConfigured("ObjectLockConfigurationNotFoundError", "Object Lock configuration does not exist for this bucket", bucket.name);
};
