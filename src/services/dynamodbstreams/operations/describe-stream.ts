// DescribeStream: a stream's state and its shard.
import { requireLimit, streamArn, streamFor, type Op } from "../op.ts";
import { streamShardId } from "../../../triggers/tables/stream-records.ts";
import { shardView } from "../shards.ts";

/** AWS: shards in one answer. */
const SHARDS_MAX = 100;

export const describeStream: Op<"DescribeStream"> = async ({ StreamArn = "", ExclusiveStartShardId: after, ShardFilter: filter, Limit: limit = SHARDS_MAX }, context) => {
  requireLimit(limit, SHARDS_MAX);
  const stream = await streamFor(context, StreamArn);
  const shard = shardView(stream, await context.tables.streams.tip(stream));
  // One shard has no children, and nothing lies behind it.
  const hidden = filter?.Type === "CHILD_SHARDS" || (after !== undefined && after >= streamShardId(stream));
  return {
    StreamDescription: {
      StreamArn: streamArn(stream), StreamLabel: stream.label, TableName: stream.table, StreamViewType: stream.view,
      StreamStatus: stream.closedMs === undefined ? "ENABLED" : "DISABLED",
      CreationRequestDateTime: new Date(stream.createdMs),
      KeySchema: stream.keySchema.map(({ name, kind }) => ({ AttributeName: name, KeyType: kind })),
      Shards: hidden ? [] : [shard],
    },
  };
};
