// What the on-failure destination of a stream's mapping hears of a batch that was given up.
import { functionArn } from "../../../kernel/arn.ts";
import { uuid } from "../../../kernel/ids.ts";
import type { BatchFailure, Delivery } from "../../../functions/async/destinations.ts";
import type { InvokeResult } from "../../../functions/function.ts";
import type { Mapping } from "../mapping.ts";
import type { SourceRecord, SourceShard, StreamSource } from "./stream-source.ts";

export interface GivenUp {
  readonly condition: "RetryAttemptsExhausted" | "RecordAgeExceeded";
  readonly records: readonly SourceRecord[];
  /** Of the last invocation. */
  readonly requestId: string;
  readonly result: Pick<InvokeResult, "executedVersion" | "functionError"> | undefined;
  readonly invocations: number;
  readonly nowMs: number;
}

export function failureRecord(mapping: Mapping, shard: SourceShard, source: Pick<StreamSource, "batchInfo" | "timePrecision">, given: GivenUp): BatchFailure {
  const { records, result } = given;
  const [first, last] = [records[0], records.at(-1)];
  const arrival = (record: SourceRecord | undefined): string => isoTime(record?.arrivedMs ?? 0, source.timePrecision);
  return {
    requestContext: { requestId: given.requestId, functionArn: functionArn(mapping.function), condition: given.condition, approximateInvokeCount: given.invocations },
    ...(result && given.condition !== "RecordAgeExceeded" ? { responseContext: { statusCode: 200, executedVersion: result.executedVersion, functionError: result.functionError ?? null } } : {}),
    version: "1.0",
    timestamp: new Date(given.nowMs).toISOString(),
    [source.batchInfo]: {
      shardId: shard.id,
      startSequenceNumber: first?.sequenceNumber ?? "",
      endSequenceNumber: last?.sequenceNumber ?? "",
      approximateArrivalOfFirstRecord: arrival(first),
      approximateArrivalOfLastRecord: arrival(last),
      batchSize: records.length,
      streamArn: mapping.sourceArn,
    },
  };
}

/** For a bucket, the same with the records themselves. */
export function failureDelivery(mapping: Mapping, shard: SourceShard, record: BatchFailure, given: GivenUp, destination: string): Delivery {
  if (!/^arn:[^:]+:s3:/.test(destination)) return { kind: "record", record };
  const body = JSON.stringify({ ...record, payload: { Records: given.records.map(({ event }) => event) } });
  return { kind: "object", account: mapping.account, region: mapping.region, key: objectKey(mapping.id, shard.id, given.nowMs, uuid()), body };
}

/** `aws/lambda/<mapping>/<shard>/2026/11/25/2026-11-25T23.18.00-<uuid>` */
function objectKey(id: string, shardId: string, nowMs: number, unique: string): string {
  const iso = new Date(nowMs).toISOString();
  return `aws/lambda/${id}/${shardId}/${iso.slice(0, 10).replaceAll("-", "/")}/${iso.slice(0, 19).replaceAll(":", ".")}-${unique}`;
}

const isoTime = (ms: number, precision: StreamSource["timePrecision"]): string => {
  const iso = new Date(ms).toISOString();
  return precision === "ms" ? iso : `${iso.slice(0, 19)}Z`;
};
