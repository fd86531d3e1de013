// Which shard a record belongs to: hash keys are 128-bit numbers, kept as 32 hex digits because texts of one length compare as numbers do.
import { hash } from "node:crypto";
import { isOpen, type Shard, type Stream } from "./stream.ts";

export const HASH_KEY_MAX = (1n << 128n) - 1n;

export const hexOf = (key: bigint): string => key.toString(16).padStart(32, "0");
export const numberOf = (hex: string): bigint => BigInt(`0x${hex}`);

/** AWS: the MD5 of the partition key's UTF-8, read as a number. */
export const hashOf = (partitionKey: string): string => hash("md5", partitionKey);

/** Equal ranges over all hash keys; the last takes the remainder. */
export function evenRanges(count: number): readonly Pick<Shard, "start" | "end">[] {
  const width = (HASH_KEY_MAX + 1n) / BigInt(count);
  return Array.from({ length: count }, (_, n) => ({
    start: hexOf(BigInt(n) * width),
    end: n === count - 1 ? hexOf(HASH_KEY_MAX) : hexOf(BigInt(n + 1) * width - 1n),
  }));
}

const byStart = (a: Shard, b: Shard): number => (a.start < b.start ? -1 : 1);

const routes = new WeakMap<Stream, readonly Shard[]>();

/** The open shard whose range holds the hash key. */
export function shardFor(stream: Stream, hashKey: string): Shard {
  let sorted = routes.get(stream);
  if (!sorted) routes.set(stream, (sorted = stream.shards.filter(isOpen).sort(byStart)));
  let [low, high] = [0, sorted.length - 1];
  while (low < high) {
    const middle = (low + high + 1) >>> 1;
    if ((sorted[middle]?.start ?? "") <= hashKey) low = middle;
    else high = middle - 1;
  }
  const shard = sorted[low];
  if (!shard) throw new Error("bug: a stream without open shards");
  return shard;
}
