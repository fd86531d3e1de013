// Sequence numbers: decimal numbers of 56 digits that carry shard, time and place, so that a foreign one is known by itself.
// The layout is the original's as published, 47 hex digits: version, second of the shard's creation, shard, counter, one byte, second, shard, 2.
import type { Shard, Stream } from "./stream.ts";

/**
 * A place between records of a shard: everything from record `index` of log record `seq` on is still wanted.
 * A log record holds the records that one commit put into one shard.
 */
export interface Place {
  readonly seq: number;
  readonly index: number;
}

/** Records one log record may hold; the counter of a sequence number is `seq` times this plus `index`. */
export const RECORDS_PER_ENTRY = 512;

/** The counter's greatest value, that of a closed shard's ending number. */
const COUNTER_MAX = (1n << 63n) - 1n;

/** The sequence number of the record at a place. */
export const sequenceNumber = (stream: Pick<Stream, "id">, shard: Shard, { seq, index }: Place): string => encode(stream, shard, BigInt(seq * RECORDS_PER_ENTRY + index));

/** The number just before a place: `AFTER_SEQUENCE_NUMBER` of it leads back to the place. */
export const numberBefore = (stream: Pick<Stream, "id">, shard: Shard, { seq, index }: Place): string => encode(stream, shard, BigInt(Math.max(0, seq * RECORDS_PER_ENTRY + index - 1)));

export const startingNumber = (stream: Pick<Stream, "id">, shard: Shard): string => encode(stream, shard, 0n);
export const endingNumber = (stream: Pick<Stream, "id">, shard: Shard): string => encode(stream, shard, COUNTER_MAX);

function encode(stream: Pick<Stream, "id">, shard: Shard, counter: bigint): string {
  return (baseOf(stream, shard) + (counter << 80n)).toString();
}

const bases = new WeakMap<Shard, bigint>();

function baseOf({ id }: Pick<Stream, "id">, shard: Shard): bigint {
  let base = bases.get(shard);
  if (base === undefined) {
    const seconds = BigInt(shard.createdSeconds);
    const index = BigInt(shard.index);
    base = (2n << 184n) | (seconds << 148n) | ((index & 15n) << 144n) | (BigInt(markOf(id)) << 72n) | (seconds << 36n) | (index << 4n) | 2n;
    bases.set(shard, base);
  }
  return base;
}

/** The one byte: tells streams apart whose shards began in the same second. */
const markOf = (id: string): number => [...id].reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) & 0xff, 7);

/** What a sequence number says; `ofStream` false: it is well-formed and of another stream, or of an older kind. */
export interface ParsedNumber {
  readonly shardIndex: number;
  readonly place: Place;
  /** When its shard was made, epoch seconds; 0 when it does not tell. */
  readonly seconds: number;
  readonly ofStream: (stream: Stream, shard: Shard) => boolean;
}

/** Undefined when it is no sequence number at all. */
export function parseNumber(text: string): ParsedNumber | undefined {
  const number = BigInt(text);
  // Of the first version, from 2013, only the shard is of interest.
  if (number < 1n << 129n) return { shardIndex: Number(number & 0xffffn), place: { seq: 0, index: 0 }, seconds: 0, ofStream: () => false };
  const counter = (number >> 80n) & 0xffff_ffff_ffff_ffffn;
  const shardIndex = Number((number >> 4n) & 0xffff_ffffn);
  if (number >> 184n !== 2n || (number & 15n) !== 2n || counter > COUNTER_MAX || shardIndex > 0x7fff_ffff) return undefined;
  const seconds = Number((number >> 148n) & 0xf_ffff_ffffn);
  const place = { seq: Number(counter / BigInt(RECORDS_PER_ENTRY)), index: Number(counter % BigInt(RECORDS_PER_ENTRY)) };
  return {
    shardIndex, place, seconds,
    ofStream: ({ id }, shard) => seconds === shard.createdSeconds && Number((number >> 72n) & 0xffn) === markOf(id),
  };
}
