// MergeShards: two neighbours become one.
import { areNeighbours, mergeShards as merge } from "../../../triggers/streams/reshard.ts";
import { shardIdOf } from "../../../triggers/streams/stream.ts";
import { checkStreamShards } from "../account-limits.ts";
import { invalidArgument, refuseOnDemand, shardMissing } from "../faults.ts";
import { changeStream, findShard, refOf, requireShardIndex } from "../lookup.ts";
import type { Op } from "../op.ts";
import { checkOpen } from "../shard-state.ts";

export const mergeShards: Op<"MergeShards"> = async (input, context) => {
  const ref = await refOf(input, context);
  const lowerIndex = requireShardIndex(input.ShardToMerge ?? "", ref);
  const upperIndex = requireShardIndex(input.AdjacentShardToMerge ?? "", ref);
  await changeStream(input, context, (stream) => {
    const nowMs = context.clock.now();
    const [lower, upper] = [lowerIndex, upperIndex].map((index) => findShard(stream, index, nowMs, shardMissing(shardIdOf(index), stream)));
    refuseOnDemand(stream);
    if (!lower || !upper || !areNeighbours(lower, upper)) {
      throw invalidArgument(`Shards ${shardIdOf(lowerIndex)} and ${shardIdOf(upperIndex)} in stream ${stream.name} under account ${stream.account} are not an adjacent pair of shards eligible for merging`);
    }
    checkOpen(lower, stream);
    checkOpen(upper, stream);
    return checkStreamShards(merge(stream, lower, upper, nowMs));
  });
  return {};
};
