// CreateStream: a stream with equal shards, ACTIVE with the answer.
import { limits } from "../../../kernel/limits.ts";
import { checkShards, usageOf } from "../account-limits.ts";
import { inUse, invalidRequest, limitExceeded, notYet } from "../faults.ts";
import type { Op } from "../op.ts";
import { withTags } from "../tags.ts";

/** AWS: what an on-demand stream begins with. */
const ON_DEMAND_SHARDS = 4;

export const createStream: Op<"CreateStream"> = async (input, context) => {
  const { StreamName: name = "", ShardCount, StreamModeDetails, Tags = {}, MaxRecordSizeInKiB = limits.kinesis.recordKibDefault } = input;
  const mode = StreamModeDetails?.StreamMode ?? "PROVISIONED";
  if (input.WarmThroughputMiBps !== undefined) throw notYet("WarmThroughputMiBps");
  if (input.RecordDistributionStrategy !== undefined && input.RecordDistributionStrategy !== "USER_PARTITION_KEY") throw notYet(`RecordDistributionStrategy ${input.RecordDistributionStrategy}`);
  if (mode === "PROVISIONED" && ShardCount === undefined) throw invalidRequest("ShardCount must be specified for a stream in PROVISIONED mode.");
  if (mode === "ON_DEMAND" && ShardCount !== undefined) throw invalidRequest("ShardCount must not be specified for a stream in ON_DEMAND mode.");
  const shards = ShardCount ?? ON_DEMAND_SHARDS;
  const usage = await usageOf(context);
  if (mode === "ON_DEMAND" && usage.onDemand >= limits.kinesis.onDemandStreamsMax) throw limitExceeded(`Account ${context.account} already has ${limits.kinesis.onDemandStreamsMax} streams in ON_DEMAND mode.`);
  if (mode === "PROVISIONED") checkShards(usage, shards, context);
  if (shards > limits.kinesis.shardsPerStreamMax) throw limitExceeded(`A stream cannot have more than ${limits.kinesis.shardsPerStreamMax} shards.`);
  const ref = { account: context.account, region: context.region, name };
  const created = await context.streams.create(ref, { mode, shards, retentionHours: limits.kinesis.retentionHoursMin, recordKibMax: MaxRecordSizeInKiB, tags: withTags({}, Tags) });
  if (!created) throw inUse(`Stream ${name} under account ${context.account} already exists.`);
  return {};
};
