// GetShardIterator: a place in a shard, for GetRecords to go on from.
import { endDryRun, noSuchShard } from "../faults.ts";
import { encodeIterator } from "../iterator.ts";
import { findShard, refOf, requireShardIndex, streamAt } from "../lookup.ts";
import type { Op } from "../op.ts";
import { placeOf } from "../starting.ts";

export const getShardIterator: Op<"GetShardIterator"> = async (input, context) => {
  const ref = await refOf(input, context);
  const index = requireShardIndex(input.ShardId ?? "", ref);
  const stream = await streamAt(ref, context, noSuchShard(index, ref));
  const nowMs = context.clock.now();
  const shard = findShard(stream, index, nowMs, noSuchShard(index, ref));
  const place = await placeOf({ type: input.ShardIteratorType, sequenceNumber: input.StartingSequenceNumber, timestamp: input.Timestamp }, stream, shard, context);
  endDryRun(input.DryRun);
  return { ShardIterator: encodeIterator({ stream, shardIndex: index, place }, nowMs) };
};
