// DisableEnhancedMonitoring: no shard-level metric is ever on here, and the answer says so.
import { streamArn } from "../arns.ts";
import { streamOf } from "../lookup.ts";
import type { Op } from "../op.ts";

export const disableEnhancedMonitoring: Op<"DisableEnhancedMonitoring"> = async ({ ShardLevelMetrics: _metrics, ...naming }, context) => {
  const stream = await streamOf(naming, context);
  return { StreamName: stream.name, StreamARN: streamArn(stream), CurrentShardLevelMetrics: [], DesiredShardLevelMetrics: [] };
};
