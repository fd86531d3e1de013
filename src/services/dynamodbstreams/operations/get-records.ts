// GetRecords: what happened to the table's items behind the iterator's place, in the order of commits.
import type * as sdk from "@aws-sdk/client-dynamodb-streams";
import { limits } from "../../../kernel/limits.ts";
import type { Item } from "../../../triggers/tables/attribute-value.ts";
import type { StreamRecord, TableStream } from "../../../triggers/tables/stream-records.ts";
import { readIterator, trimmed, writeIterator } from "../iterators.ts";
import { requireLimit, streamFor, type Op } from "../op.ts";

export const getRecords: Op<"GetRecords"> = async ({ ShardIterator = "", Limit: limit = limits.tables.streamReadRecords }, context) => {
  requireLimit(limit, limits.tables.streamReadRecords);
  const nowMs = context.clock.now();
  const iterator = readIterator(ShardIterator, nowMs);
  const stream = await streamFor(context, iterator.streamArn);
  const { streams } = context.tables;
  const records = await streams.read(stream, iterator.after, limit);
  const first = records[0]?.seq ?? iterator.after + 1;
  if (iterator.exact && first > iterator.after + 1) throw trimmed();
  const after = records.at(-1)?.seq ?? iterator.after;
  const ended = stream.closedMs !== undefined && after >= (await streams.tip(stream));
  return {
    Records: records.map((record) => recordView(stream, record)),
    ...(ended ? {} : { NextShardIterator: writeIterator({ ...iterator, after, madeMs: nowMs }) }),
  };
};

const attributes = (item: Item): Record<string, sdk.AttributeValue> => item as unknown as Record<string, sdk.AttributeValue>;

function recordView({ region, view }: TableStream, record: StreamRecord): sdk._Record {
  return {
    eventID: record.id, eventName: record.name, eventVersion: "1.1", eventSource: "aws:dynamodb", awsRegion: region,
    dynamodb: {
      // Whole seconds, as the original rounds.
      ApproximateCreationDateTime: new Date(Math.floor(record.atMs / 1000) * 1000),
      Keys: attributes(record.keys),
      ...(record.newImage ? { NewImage: attributes(record.newImage) } : {}),
      ...(record.oldImage ? { OldImage: attributes(record.oldImage) } : {}),
      SequenceNumber: record.sequenceNumber, SizeBytes: record.sizeBytes, StreamViewType: view,
    },
    ...(record.expired ? { userIdentity: { PrincipalId: "dynamodb.amazonaws.com", Type: "Service" } } : {}),
  };
}
