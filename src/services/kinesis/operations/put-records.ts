// PutRecords: up to 500 records in one commit; each answers for itself when its shard takes no more.
import { limits } from "../../../kernel/limits.ts";
import { endDryRun, invalidArgument, rateExceededText, streamMissing } from "../faults.ts";
import { streamOf } from "../lookup.ts";
import type { Op } from "../op.ts";
import { newRecord } from "../put-input.ts";
import { encryptionView } from "../views.ts";

export const putRecords: Op<"PutRecords"> = async (input, context) => {
  const stream = await streamOf(input, context);
  const records = (input.Records ?? []).map((record, n) => newRecord(record, stream, `records.${n + 1}.member.data`));
  const bytes = records.reduce((sum, { data, partitionKey }) => sum + data.length + Buffer.byteLength(partitionKey), 0);
  if (bytes > limits.kinesis.putBytesMax) throw invalidArgument(`Records size exceeds ${limits.kinesis.putBytesMax / 1024 / 1024} MB limit`);
  endDryRun(input.DryRun);
  const outcomes = await context.streams.put(stream, records);
  if (!outcomes) throw streamMissing(stream);
  return {
    FailedRecordCount: outcomes.filter((outcome) => "refused" in outcome).length,
    Records: outcomes.map((outcome) =>
      "refused" in outcome
        ? { ErrorCode: "ProvisionedThroughputExceededException", ErrorMessage: rateExceededText(outcome.shardId, stream) }
        : { SequenceNumber: outcome.sequenceNumber, ShardId: outcome.shardId },
    ),
    ...encryptionView(stream),
  };
};
