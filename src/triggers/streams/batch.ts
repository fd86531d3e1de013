// The records that one commit puts into one shard travel and rest as one log record: five hundred rows cost far more than one.
import { RECORDS_PER_ENTRY } from "./sequence.ts";

export interface KeyedData {
  readonly partitionKey: string;
  readonly data: Uint8Array;
}

/** Ours: where a batch is split; a single larger record still makes one of its own. */
const BATCH_BYTES_MAX = 512 * 1024;
/** Length of the key (two bytes) and of the data (four). */
const HEAD_BYTES = 6;

/** Splits records into as many batches as their size asks for; `counts` says how many each holds. */
export function packBatches(records: readonly KeyedData[]): readonly { readonly bytes: Uint8Array; readonly count: number }[] {
  const batches: { bytes: Uint8Array; count: number }[] = [];
  let [first, bytes] = [0, 0];
  const close = (end: number): void => {
    if (end > first) batches.push({ bytes: pack(records, first, end, bytes), count: end - first });
    [first, bytes] = [end, 0];
  };
  records.forEach(({ partitionKey, data }, n) => {
    const size = HEAD_BYTES + Buffer.byteLength(partitionKey) + data.length;
    if (n - first === RECORDS_PER_ENTRY || bytes + size > BATCH_BYTES_MAX) close(n);
    bytes += size;
  });
  close(records.length);
  return batches;
}

function pack(records: readonly KeyedData[], first: number, end: number, bytes: number): Uint8Array {
  const buffer = Buffer.allocUnsafe(bytes);
  let at = 0;
  for (let n = first; n < end; n++) {
    const record = records[n];
    if (!record) break;
    const keyBytes = buffer.write(record.partitionKey, at + HEAD_BYTES, "utf8");
    buffer.writeUInt16BE(keyBytes, at);
    buffer.writeUInt32BE(record.data.length, at + 2);
    at += HEAD_BYTES + keyBytes;
    buffer.set(record.data, at);
    at += record.data.length;
  }
  return buffer;
}

/** Visits the records from `index` on until the visitor answers false; their data are views of `bytes`. */
export function unpackBatch(bytes: Uint8Array, index: number, visit: (record: KeyedData, sizeBytes: number, index: number) => boolean): void {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = 0;
  for (let n = 0; at < buffer.length; n++) {
    const [keyBytes, dataBytes] = [buffer.readUInt16BE(at), buffer.readUInt32BE(at + 2)];
    const start = at + HEAD_BYTES;
    at = start + keyBytes + dataBytes;
    if (n < index) continue;
    const record = { partitionKey: buffer.toString("utf8", start, start + keyBytes), data: buffer.subarray(start + keyBytes, at) };
    if (!visit(record, keyBytes + dataBytes, n)) return;
  }
}
