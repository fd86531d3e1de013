// GetBucketLocation: the region as a constraint; the first region has none.
import { findBucket } from "../buckets.ts";
import type { Op, Output } from "../op.ts";

export const getBucketLocation: Op<"GetBucketLocation"> = async (input, context) => {
  const { region } = (await findBucket(input, context)).value;
  return { LocationConstraint: region === "us-east-1" ? undefined : (region as Output<"GetBucketLocation">["LocationConstraint"]) };
};
