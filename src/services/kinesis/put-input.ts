// What is checked of records before they are put: their size, which each stream sets for itself, and explicit hash keys.
import { HASH_KEY_MAX, hexOf } from "../../triggers/streams/hash-keys.ts";
import type { NewRecord } from "../../triggers/streams/put.ts";
import type { Stream } from "../../triggers/streams/stream.ts";
import { lengthAtMost, refusal, violation } from "../../wire/validate-sentences.ts";
import { invalidArgument, invalidRequest } from "./faults.ts";

interface RecordInput {
  readonly Data?: Uint8Array | undefined;
  readonly PartitionKey?: string | undefined;
  readonly ExplicitHashKey?: string | undefined;
}

/** `path` names the record's data in the error. */
export function newRecord({ Data: data = new Uint8Array(), PartitionKey: partitionKey = "", ExplicitHashKey }: RecordInput, stream: Stream, path: string): NewRecord {
  const bytesMax = stream.recordKibMax * 1024;
  if (data.length > bytesMax) {
    throw invalidRequest(refusal([violation(`'java.nio.HeapByteBuffer[pos=0 lim=${data.length} cap=${data.length}]'`, path, lengthAtMost(bytesMax))]));
  }
  if (data.length + Buffer.byteLength(partitionKey) > bytesMax) throw invalidArgument(`The record's data and partition key together exceed the stream's maximum record size of ${stream.recordKibMax} KiB.`);
  return ExplicitHashKey === undefined ? { partitionKey, data } : { partitionKey, data, hashKey: hashKeyOf(ExplicitHashKey) };
}

function hashKeyOf(text: string): string {
  const key = BigInt(text);
  if (key > HASH_KEY_MAX) throw invalidArgument(`Invalid ExplicitHashKey. ExplicitHashKey must be in the range: [0, 2^128-1]. Specified value was ${text}`);
  return hexOf(key);
}
