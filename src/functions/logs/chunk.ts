// Events are stored in chunks: one value per stream and flush costs far less than one per line.
import type { LogEvent } from "./log-groups.ts";

/** Ours: a chunk never spans more time than this, so a reader knows how far back a chunk can reach that overlaps a moment. */
export const CHUNK_SPAN_MS = 10_000;
/** Ours: split point; a single larger event still makes a chunk of its own. */
const CHUNK_BYTES_MAX = 256 * 1024;
const HEAD_BYTES = 8;
const EVENT_HEAD_BYTES = 12;

interface Chunk {
  readonly firstMs: number;
  readonly lastMs: number;
  readonly bytes: Uint8Array;
}

/** Sorts by timestamp (ties keep their order) and packs; layout: ingestion time, then per event timestamp, length, UTF-8. */
export function packChunks(events: readonly LogEvent[], ingestedMs: number): readonly Chunk[] {
  const sorted = [...events].sort((a, b) => a.timestampMs - b.timestampMs);
  const chunks: Chunk[] = [];
  let batch: LogEvent[] = [];
  let batchBytes = 0;
  for (const event of sorted) {
    const bytes = EVENT_HEAD_BYTES + Buffer.byteLength(event.message);
    const first = batch[0];
    if (first && (event.timestampMs - first.timestampMs > CHUNK_SPAN_MS || batchBytes + bytes > CHUNK_BYTES_MAX)) {
      chunks.push(pack(batch, batchBytes, ingestedMs));
      batch = [];
      batchBytes = 0;
    }
    batch.push(event);
    batchBytes += bytes;
  }
  if (batch.length > 0) chunks.push(pack(batch, batchBytes, ingestedMs));
  return chunks;
}

/** Calls back with each event of a packed chunk, in order. */
export function unpackChunk(bytes: Uint8Array, visit: (timestampMs: number, message: string, index: number, ingestedMs: number) => void): void {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const ingestedMs = buffer.readDoubleBE(0);
  let offset = HEAD_BYTES;
  for (let index = 0; offset < buffer.length; index++) {
    const timestampMs = buffer.readDoubleBE(offset);
    const start = offset + EVENT_HEAD_BYTES;
    offset = start + buffer.readUInt32BE(offset + 8);
    visit(timestampMs, buffer.toString("utf8", start, offset), index, ingestedMs);
  }
}

function pack(events: readonly LogEvent[], eventBytes: number, ingestedMs: number): Chunk {
  const buffer = Buffer.allocUnsafe(HEAD_BYTES + eventBytes);
  buffer.writeDoubleBE(ingestedMs, 0);
  let offset = HEAD_BYTES;
  for (const { timestampMs, message } of events) {
    buffer.writeDoubleBE(timestampMs, offset);
    const length = buffer.write(message, offset + EVENT_HEAD_BYTES, "utf8");
    buffer.writeUInt32BE(length, offset + 8);
    offset += EVENT_HEAD_BYTES + length;
  }
  return { firstMs: events[0]?.timestampMs ?? 0, lastMs: events.at(-1)?.timestampMs ?? 0, bytes: buffer };
}
