// EnableEnhancedMonitoring: refused by name while there are no metrics per shard.
import { invalidArgument } from "../faults.ts";
import { streamOf } from "../lookup.ts";
import type { Op } from "../op.ts";

export const enableEnhancedMonitoring: Op<"EnableEnhancedMonitoring"> = async ({ ShardLevelMetrics: _metrics, ...naming }, context) => {
  await streamOf(naming, context);
  throw invalidArgument("Shard-level metrics are not supported yet: none would be recorded. Do without EnableEnhancedMonitoring.");
};
