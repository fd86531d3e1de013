// GetBucketVersioning: empty for a bucket where it was never enabled.
import { findBucket } from "../buckets.ts";
import type { Op } from "../op.ts";

export const getBucketVersioning: Op<"GetBucketVersioning"> = async (input, context) => ({ Status: (await findBucket(input, context)).value.versioning });
