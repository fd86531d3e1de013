// GetBucketOwnershipControls: who owns what is put into the bucket.
import { findBucket } from "../buckets.ts";
import { notConfigured } from "../errors.ts";
import type { Op } from "../op.ts";

export const getBucketOwnershipControls: Op<"GetBucketOwnershipControls"> = async (input, context) => {
  const { name, ownershipControls } = (await findBucket(input, context)).value;
  if (!ownershipControls) throw notConfigured("OwnershipControlsNotFoundError", "The bucket ownership controls were not found", name);
  return { OwnershipControls: { Rules: [{ ObjectOwnership: "BucketOwnerEnforced" }] } };
};
