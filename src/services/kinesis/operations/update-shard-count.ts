// UpdateShardCount: as many open shards as wanted, by splits and merges.
import { limits } from "../../../kernel/limits.ts";
import { scaleTo } from "../../../triggers/streams/reshard.ts";
import { openShards } from "../../../triggers/streams/stream.ts";
import { streamArn } from "../arns.ts";
import { checkShards, checkStreamShards, usageOf } from "../account-limits.ts";
import { limitExceeded, refuseOnDemand } from "../faults.ts";
import { changeStream } from "../lookup.ts";
import type { Op } from "../op.ts";

export const updateShardCount: Op<"UpdateShardCount"> = async (input, context) => {
  const { TargetShardCount: target = 1 } = input;
  let current = 0;
  const usage = await usageOf(context);
  const stream = await changeStream(input, context, (before) => {
    refuseOnDemand(before);
    current = openShards(before).length;
    const counts = `Current open shard count: ${current}, Target shard count: ${target}`;
    if (target > limits.kinesis.shardsPerStreamMax) throw limitExceeded(`Target shard count or number of open shards cannot be greater than ${limits.kinesis.shardsPerStreamMax}. ${counts}`);
    if (target > current * 2) throw limitExceeded(`UpdateShardCount cannot scale up over double your current open shard count. ${counts}`);
    if (target < current / 2) throw limitExceeded(`UpdateShardCount cannot scale down below half your current open shard count. ${counts}`);
    checkShards(usage, Math.max(0, target - current), context);
    return target === current ? before : checkStreamShards(scaleTo(before, target, context.clock.now()));
  });
  return { StreamName: stream.name, StreamARN: streamArn(stream), CurrentShardCount: current, TargetShardCount: target };
};
