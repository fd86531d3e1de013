// GetBucketNotificationConfiguration: who hears of what; empty when nobody does.
import { findBucket } from "../buckets.ts";
import { showConfiguration } from "../notification-config.ts";
import type { Op } from "../op.ts";

export const getBucketNotificationConfiguration: Op<"GetBucketNotificationConfiguration"> = async (input, context) =>
  showConfiguration((await findBucket(input, context)).value);
