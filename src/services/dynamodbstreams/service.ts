// DynamoDB Streams: what happened to the items of tables, for a day.
import { defineService } from "../../wire/service.ts";
import type { StreamsDeps } from "./op.ts";
import { describeStream } from "./operations/describe-stream.ts";
import { getRecords } from "./operations/get-records.ts";
import { getShardIterator } from "./operations/get-shard-iterator.ts";
import { listStreams } from "./operations/list-streams.ts";

export const dynamodbStreams = defineService<StreamsDeps>("dynamodbstreams", {
  DescribeStream: describeStream,
  GetRecords: getRecords,
  GetShardIterator: getShardIterator,
  ListStreams: listStreams,
});
