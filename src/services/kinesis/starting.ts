// From a starting position as clients give it to a place in the shard, with the original's checks of sequence numbers and moments.
import type { ShardIteratorType } from "@aws-sdk/client-kinesis";
import { parseNumber, type Place } from "../../triggers/streams/sequence.ts";
import { shardIdOf, type Shard, type Stream } from "../../triggers/streams/stream.ts";
import { invalidArgument } from "./faults.ts";
import type { KinesisContext } from "./op.ts";

export interface Starting {
  readonly type: ShardIteratorType | undefined;
  readonly sequenceNumber: string | undefined;
  readonly timestamp: Date | undefined;
}

export async function placeOf({ type, sequenceNumber, timestamp }: Starting, stream: Stream, shard: Shard, context: Pick<KinesisContext, "streams" | "clock" | "operation">): Promise<Place> {
  const byNumber = type === "AT_SEQUENCE_NUMBER" || type === "AFTER_SEQUENCE_NUMBER";
  if (byNumber !== (sequenceNumber !== undefined)) {
    throw invalidArgument(
      "Must either specify (1) AT_SEQUENCE_NUMBER or AFTER_SEQUENCE_NUMBER and StartingSequenceNumber or (2) TRIM_HORIZON or LATEST and no StartingSequenceNumber. " +
        `Request specified ${type} and ${byNumber ? "no" : "also a"} StartingSequenceNumber.`,
    );
  }
  if (sequenceNumber !== undefined) {
    const place = checkedPlace(sequenceNumber, stream, shard, context.operation);
    return type === "AT_SEQUENCE_NUMBER" ? place : { seq: place.seq, index: place.index + 1 };
  }
  if (type !== "AT_TIMESTAMP") return context.streams.place(stream, shard, type === "LATEST" ? "LATEST" : "TRIM_HORIZON");
  if (timestamp === undefined) throw invalidArgument("Must specify timestampInMillis parameter for iterator of type AT_TIMESTAMP. Current request has no timestamp parameter.");
  const [sinceMs, nowMs] = [timestamp.getTime(), context.clock.now()];
  if (sinceMs > nowMs) throw invalidArgument(`The timestampInMillis parameter cannot be greater than the currentTimestampInMillis. timestampInMillis: ${sinceMs}, currentTimestampInMillis: ${nowMs}`);
  return context.streams.place(stream, shard, { sinceMs });
}

function checkedPlace(text: string, stream: Stream, shard: Shard, operation: string): Place {
  const where = `StartingSequenceNumber ${text} used in ${operation} on shard ${shardIdOf(shard.index)} in stream ${stream.name} under account ${stream.account} is invalid`;
  const parsed = parseNumber(text);
  if (!parsed) throw invalidArgument(`${where}.`);
  if (parsed.shardIndex !== shard.index) {
    throw invalidArgument(`Invalid StartingSequenceNumber. It encodes ${shardIdOf(parsed.shardIndex)}, while it was used in a call to a shard with ${shardIdOf(shard.index)}`);
  }
  if (!parsed.ofStream(stream, shard)) throw invalidArgument(`${where} because it did not come from this stream.`);
  return parsed.place;
}
