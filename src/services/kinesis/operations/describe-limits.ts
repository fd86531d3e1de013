// DescribeLimits: the quotas of the account and what is used of them.
import { limits } from "../../../kernel/limits.ts";
import { usageOf } from "../account-limits.ts";
import type { Op } from "../op.ts";

export const describeLimits: Op<"DescribeLimits"> = async (_input, context) => {
  const { shards, onDemand } = await usageOf(context);
  return { ShardLimit: limits.kinesis.shardsPerAccountMax, OpenShardCount: shards, OnDemandStreamCount: onDemand, OnDemandStreamCountLimit: limits.kinesis.onDemandStreamsMax };
};
