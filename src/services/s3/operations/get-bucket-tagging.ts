// GetBucketTagging: a bucket that was never tagged has no tag set to show.
import { findBucket } from "../buckets.ts";
import { notConfigured } from "../errors.ts";
import type { Op } from "../op.ts";

export const getBucketTagging: Op<"GetBucketTagging"> = async (input, context) => {
  const { name, tags } = (await findBucket(input, context)).value;
  if (!tags) throw notConfigured("NoSuchTagSet", "The TagSet does not exist", name);
  return { TagSet: [...tags] };
};
