// GetRecords: a page of a shard in order; at the end of a closed shard there is no next iterator but the children's names.
import { limits } from "../../../kernel/limits.ts";
import { logOf, shardIdOf } from "../../../triggers/streams/stream.ts";
import { streamArn } from "../arns.ts";
import { endDryRun, invalidArgument, noSuchShard, rateExceeded } from "../faults.ts";
import { decodeIterator, encodeIterator } from "../iterator.ts";
import { findShard, streamAt } from "../lookup.ts";
import type { Op } from "../op.ts";
import { childrenView, recordView } from "../views.ts";

export const getRecords: Op<"GetRecords"> = async ({ ShardIterator = "", Limit = limits.kinesis.readRecordsMax, StreamARN, DryRun }, context) => {
  const { streams, clock } = context;
  const nowMs = clock.now();
  const { stream: ref, shardIndex, place } = decodeIterator(ShardIterator, nowMs);
  if (StreamARN !== undefined && StreamARN !== streamArn(ref)) throw invalidArgument("StreamARN is not that of the stream of the ShardIterator.");
  const missing = noSuchShard(shardIndex, ref);
  const stream = await streamAt(ref, context, missing);
  if (stream.id !== ref.id) throw missing;
  const shard = findShard(stream, shardIndex, nowMs, missing);
  endDryRun(DryRun);
  const name = logOf(stream.id, shardIndex);
  if (!streams.rates.read(name)) throw rateExceeded(shardIdOf(shardIndex), stream);
  const page = await streams.read(stream, shard, place, { recordsMax: Limit, bytesMax: limits.kinesis.readBytesMax });
  streams.rates.charge(name, page.bytes);
  return {
    Records: page.records.map(recordView(stream)),
    ...(page.ended ? {} : { NextShardIterator: encodeIterator({ stream, shardIndex, place: page.next }, nowMs) }),
    MillisBehindLatest: page.behindMs,
    ...childrenView(stream, shard, page),
  };
};
