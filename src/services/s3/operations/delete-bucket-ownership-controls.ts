// DeleteBucketOwnershipControls: forgets the explicit rule; there is no other to fall back to.
import { changeBucket } from "../buckets.ts";
import type { Op } from "../op.ts";

export const deleteBucketOwnershipControls: Op<"DeleteBucketOwnershipControls"> = async (input, context) => {
  await changeBucket(input, context, (bucket) => ({ ...bucket, ownershipControls: false }));
  return {};
};
