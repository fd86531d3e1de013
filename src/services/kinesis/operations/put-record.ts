// PutRecord: one record, durable before the answer.
import { parseNumber } from "../../../triggers/streams/sequence.ts";
import { endDryRun, invalidArgument, rateExceeded, streamMissing } from "../faults.ts";
import { streamOf } from "../lookup.ts";
import type { Op } from "../op.ts";
import { newRecord } from "../put-input.ts";
import { encryptionView } from "../views.ts";

/** Ours: a shard that was split and merged several times within a second is numbered a little ahead of time. */
const AHEAD_MS_MAX = 60_000;

export const putRecord: Op<"PutRecord"> = async (input, context) => {
  const stream = await streamOf(input, context);
  const record = newRecord(input, stream, "data");
  // Numbers of one shard always grow here, so the demand itself needs nothing done.
  const { SequenceNumberForOrdering: minimum } = input;
  const parsed = minimum === undefined ? undefined : parseNumber(minimum);
  if (minimum !== undefined && (!parsed || parsed.seconds * 1000 > context.clock.now() + AHEAD_MS_MAX)) {
    throw invalidArgument(`ExclusiveMinimumSequenceNumber ${minimum} used in PutRecord on stream ${stream.name} under account ${stream.account} is invalid.`);
  }
  endDryRun(input.DryRun);
  const [outcome] = (await context.streams.put(stream, [record])) ?? [];
  if (!outcome) throw streamMissing(stream);
  if ("refused" in outcome) throw rateExceeded(outcome.shardId, stream);
  return { ShardId: outcome.shardId, SequenceNumber: outcome.sequenceNumber, ...encryptionView(stream) };
};
