// GetShardIterator: a place in a shard to read from.
import { fault } from "../../../kernel/fault.ts";
import { seqOf } from "../../../triggers/tables/stream-records.ts";
import { trimmed, writeIterator } from "../iterators.ts";
import { invalid, streamArn, streamFor, type Op } from "../op.ts";
import { streamShardId } from "../../../triggers/tables/stream-records.ts";

export const getShardIterator: Op<"GetShardIterator"> = async ({ StreamArn = "", ShardId, ShardIteratorType: type, SequenceNumber: number }, context) => {
  const stream = await streamFor(context, StreamArn);
  if (ShardId !== streamShardId(stream)) throw fault("ResourceNotFoundException", { message: "Requested resource not found: Shard does not exist" });
  const { streams } = context.tables;
  const byNumber = type === "AT_SEQUENCE_NUMBER" || type === "AFTER_SEQUENCE_NUMBER";
  if (byNumber && number === undefined) throw invalid(`One or more parameter values were invalid: SequenceNumber must be specified for ShardIteratorType: ${type}`);
  if (!byNumber && number !== undefined) throw invalid(`One or more parameter values were invalid: SequenceNumber must not be specified for ShardIteratorType: ${type}`);
  let after = type === "LATEST" ? await streams.tip(stream) : await streams.horizon(stream);
  if (number !== undefined) {
    const seq = seqOf(number);
    if (seq === undefined || seq > (await streams.tip(stream))) throw invalid("Invalid SequenceNumber");
    after = type === "AT_SEQUENCE_NUMBER" ? Math.max(0, seq - 1) : seq;
    if (after < (await streams.horizon(stream))) throw trimmed();
  }
  return { ShardIterator: writeIterator({ streamArn: streamArn(stream), after, madeMs: context.clock.now(), exact: byNumber }) };
};
