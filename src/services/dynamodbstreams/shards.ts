// A stream is one shard here: open while the table writes to it, closed when the stream has ended.
import type * as sdk from "@aws-sdk/client-dynamodb-streams";
import { sequenceNumberOf, streamShardId, type TableStream } from "../../triggers/tables/stream-records.ts";

export const shardView = (stream: TableStream, tip: number): sdk.Shard => ({
  ShardId: streamShardId(stream),
  SequenceNumberRange: { StartingSequenceNumber: sequenceNumberOf(0), ...(stream.closedMs === undefined ? {} : { EndingSequenceNumber: sequenceNumberOf(tip) }) },
});
