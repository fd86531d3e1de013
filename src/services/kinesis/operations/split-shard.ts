// SplitShard: one shard becomes two at a hash key.
import { numberOf } from "../../../triggers/streams/hash-keys.ts";
import { splitShard as split } from "../../../triggers/streams/reshard.ts";
import { shardIdOf } from "../../../triggers/streams/stream.ts";
import { checkShards, checkStreamShards, usageOf } from "../account-limits.ts";
import { invalidArgument, refuseOnDemand, shardMissing } from "../faults.ts";
import { changeStream, findShard, refOf, requireShardIndex } from "../lookup.ts";
import type { Op } from "../op.ts";
import { checkOpen } from "../shard-state.ts";

export const splitShard: Op<"SplitShard"> = async (input, context) => {
  const index = requireShardIndex(input.ShardToSplit ?? "", await refOf(input, context));
  const at = BigInt(input.NewStartingHashKey ?? 0);
  const usage = await usageOf(context);
  await changeStream(input, context, (stream) => {
    const nowMs = context.clock.now();
    const shard = findShard(stream, index, nowMs, shardMissing(shardIdOf(index), stream));
    refuseOnDemand(stream);
    checkShards(usage, 1, context);
    checkOpen(shard, stream);
    const [start, end] = [numberOf(shard.start), numberOf(shard.end)];
    if (at <= start + 1n || at >= end) {
      throw invalidArgument(
        `NewStartingHashKey ${at} used in SplitShard() on shard ${shardIdOf(index)} in stream ${stream.name} under account ${stream.account} ` +
          `is not both greater than one plus the shard's StartingHashKey ${start} and less than the shard's EndingHashKey ${end}.`,
      );
    }
    return checkStreamShards(split(stream, shard, at, nowMs));
  });
  return {};
};
