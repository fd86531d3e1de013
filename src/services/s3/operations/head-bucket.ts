// HeadBucket: is it there, is it mine, and where does it lie.
import { findBucket } from "../buckets.ts";
import { bucketArn } from "../event.ts";
import type { Op } from "../op.ts";

export const headBucket: Op<"HeadBucket"> = async (input, context) => {
  const { value: bucket } = await findBucket(input, context);
  return { BucketRegion: bucket.region, AccessPointAlias: false, BucketArn: bucketArn(bucket) };
};
