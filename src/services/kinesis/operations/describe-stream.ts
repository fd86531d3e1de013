// DescribeStream: settings and shards, a page of shards at a time.
import { streamOf, requireShardIndex, visibleShards } from "../lookup.ts";
import type { Op } from "../op.ts";
import { headView, settingsView, shardView } from "../views.ts";

/** AWS: shards per answer, when no limit or a greater one is given. */
const PAGE = 100;

export const describeStream: Op<"DescribeStream"> = async ({ Limit = PAGE, ExclusiveStartShardId, ...naming }, context) => {
  const stream = await streamOf(naming, context);
  const after = ExclusiveStartShardId === undefined ? -1 : requireShardIndex(ExclusiveStartShardId, stream);
  const limit = Math.min(Limit, PAGE);
  const shards = visibleShards(stream, context.clock.now()).filter(({ index }) => index > after);
  return {
    StreamDescription: {
      ...headView(stream), ...settingsView(stream),
      Shards: shards.slice(0, limit).map((shard) => shardView(stream, shard)),
      HasMoreShards: shards.length > limit,
    },
  };
};
