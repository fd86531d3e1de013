// EnableEnhancedMonitoring: refused by name while there are no metrics per shard.
import { notYet } from "../faults.ts";
import { streamOf } from "../lookup.ts";
import type { Op } from "../op.ts";

export const enableEnhancedMonitoring: Op<"EnableEnhancedMonitoring"> = async ({ ShardLevelMetrics: _metrics, ...naming }, context) => {
  await streamOf(naming, context);
  throw notYet("Monitoring of single shards by metrics");
};
