// Reads a shard in order: nothing is skipped but what has expired, and the end of a closed shard is told exactly once everything is read.
import type { Clock } from "../../kernel/clock.ts";
import { limits } from "../../kernel/limits.ts";
import type { Log } from "../../ports/log.ts";
import { unpackBatch } from "./batch.ts";
import { sequenceNumber, type Place } from "./sequence.ts";
import { horizonMs, isOpen, logOf, type Shard, type Stream } from "./stream.ts";

export interface ShardRecord {
  readonly sequenceNumber: string;
  readonly partitionKey: string;
  readonly data: Uint8Array;
  /** Epoch ms of the commit. */
  readonly arrivedMs: number;
}

export interface ShardPage {
  readonly records: readonly ShardRecord[];
  /** Data and partition keys. */
  readonly bytes: number;
  /** Where to go on. */
  readonly next: Place;
  /** 0 at the tip. */
  readonly behindMs: number;
  /** The shard is closed and `next` is its end. */
  readonly ended: boolean;
}

export interface PageSize {
  readonly recordsMax: number;
  readonly bytesMax: number;
}

export interface Reading {
  readonly log: Pick<Log, "read" | "tip">;
  readonly clock: Pick<Clock, "now">;
}

export const TRIM_HORIZON: Place = { seq: 1, index: 0 };

/** After everything that is there now. */
export async function latest({ log }: Reading, stream: Stream, shard: Shard): Promise<Place> {
  return { seq: (await log.tip(logOf(stream.id, shard.index))) + 1, index: 0 };
}

/** The first record that arrived at `atMs` or later: a search by halves, as arrival times grow with the numbers. */
export async function firstSince({ log }: Reading, stream: Stream, shard: Shard, atMs: number, from = 1): Promise<Place> {
  const name = logOf(stream.id, shard.index);
  let [low, high] = [from, (await log.tip(name)) + 1];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    const [found] = await log.read(name, middle - 1, 1);
    if (!found || found.atMs >= atMs) high = middle;
    else low = found.seq + 1;
  }
  return { seq: low, index: 0 };
}

/**
 * One page from `from` on. `stream` must have been read before the log is, so that a shard it calls closed has no more to come.
 */
export async function readShard(reading: Reading, stream: Stream, shard: Shard, from: Place, size: PageSize): Promise<ShardPage> {
  const { log, clock } = reading;
  const name = logOf(stream.id, shard.index);
  const nowMs = clock.now();
  const expiredMs = horizonMs(stream, nowMs);
  const records: ShardRecord[] = [];
  let [bytes, stored, seen] = [0, 0, 0];
  let next = from;
  let lastMs = nowMs;
  let [full, drained] = [false, false];
  while (!full && !drained) {
    // As many entries as likely fit: of unknown size at first, then by what was seen.
    const likely = seen === 0 ? FIRST_BYTES / (stream.recordKibMax * 1024) : ((size.bytesMax - bytes) / (stored / seen)) * 1.2;
    const wanted = Math.min(limits.store.listMax, Math.max(1, Math.ceil(likely)));
    const entries = await log.read<Uint8Array>(name, Math.max(0, next.seq - 1), wanted);
    drained = entries.length < wanted;
    for (const entry of entries) {
      if (entry.atMs < expiredMs) {
        next = await firstSince(reading, stream, shard, expiredMs, entry.seq + 1);
        drained = false;
        break;
      }
      [stored, seen] = [stored + entry.data.length, seen + 1];
      const first = entry.seq === next.seq ? next.index : 0;
      unpackBatch(entry.data, first, ({ partitionKey, data }, sizeBytes, index) => {
        const place = { seq: entry.seq, index };
        full = records.length >= size.recordsMax || (records.length > 0 && bytes + sizeBytes > size.bytesMax);
        if (full) next = place;
        else {
          records.push({ sequenceNumber: sequenceNumber(stream, shard, place), partitionKey, data, arrivedMs: entry.atMs });
          [bytes, lastMs] = [bytes + sizeBytes, entry.atMs];
        }
        return !full;
      });
      if (full) break;
      next = { seq: entry.seq + 1, index: 0 };
      full = records.length >= size.recordsMax || bytes >= size.bytesMax;
      if (full) break;
    }
  }
  // Drained says it better than the numbers: those up to the tip may have been trimmed.
  const atTip = (drained && !full) || next.seq > (await log.tip(name));
  return { records, bytes, next, behindMs: atTip ? 0 : Math.max(1, nowMs - lastMs), ended: atTip && !isOpen(shard) };
}

/** Ours: what the first look into a shard may bring into memory, whatever its records weigh. */
const FIRST_BYTES = 10 * 1024 * 1024;
