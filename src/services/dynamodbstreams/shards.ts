// A stream is one shard here: open while the table writes to it, closed when the stream has ended.
import { createHash } from "node:crypto";
import type * as sdk from "@aws-sdk/client-dynamodb-streams";
import { sequenceNumberOf, type TableStream } from "../../triggers/tables/stream-records.ts";

export const shardId = ({ createdMs, tableId, label }: TableStream): string =>
  `shardId-${String(createdMs).padStart(20, "0")}-${createHash("sha256").update(`${tableId}/${label}`).digest("hex").slice(0, 8)}`;

export const shardView = (stream: TableStream, tip: number): sdk.Shard => ({
  ShardId: shardId(stream),
  SequenceNumberRange: { StartingSequenceNumber: sequenceNumberOf(0), ...(stream.closedMs === undefined ? {} : { EndingSequenceNumber: sequenceNumberOf(tip) }) },
});
