// GetBucketPolicyStatus: whether the policy lets everybody in.
import { findBucket } from "../buckets.ts";
import { notConfigured } from "../errors.ts";
import type { Op } from "../op.ts";
import { isPublicPolicy } from "../public-access.ts";

export const getBucketPolicyStatus: Op<"GetBucketPolicyStatus"> = async (input, context) => {
  const { name, policy } = (await findBucket(input, context)).value;
  if (policy === undefined) throw notConfigured("NoSuchBucketPolicy", "The bucket policy does not exist", name);
  return { PolicyStatus: { IsPublic: isPublicPolicy(policy) } };
};
