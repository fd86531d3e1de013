// How shards become others: pure changes of a stream's record. Whatever happens, the open ranges cover every hash key exactly once.
import { evenRanges, hexOf, numberOf, shardFor } from "./hash-keys.ts";
import type { Shard, Stream } from "./stream.ts";

/** A new stream's shards: equal ranges. */
export const firstShards = (count: number, nowMs: number): readonly Shard[] =>
  evenRanges(count).map(({ start, end }, index) => ({ index, start, end, createdMs: nowMs, createdSeconds: Math.floor(nowMs / 1000), parents: [] }));

/** Splits at `at`, the first hash key of the second half. */
export function splitShard(stream: Stream, shard: Shard, at: bigint, nowMs: number): Stream {
  return replace(stream, [shard], [{ start: shard.start, end: hexOf(at - 1n) }, { start: hexOf(at), end: shard.end }], nowMs);
}

/** Merges two neighbours, the lower one first. */
export function mergeShards(stream: Stream, lower: Shard, upper: Shard, nowMs: number): Stream {
  return replace(stream, [lower, upper], [{ start: lower.start, end: upper.end }], nowMs);
}

/** True when the second begins where the first ends. */
export const areNeighbours = (lower: Shard, upper: Shard): boolean => numberOf(lower.end) + 1n === numberOf(upper.start);

/**
 * As many open shards as wanted, of equal ranges: splits wherever one of the new ranges begins, then merges what lies within each. Shards in between
 * may last for this change only, as the original says of its own scaling.
 */
export function scaleTo(stream: Stream, target: number, nowMs: number): Stream {
  const ranges = evenRanges(target);
  let changed = stream;
  for (const { start } of ranges) {
    const shard = shardFor(changed, start);
    if (shard.start !== start) changed = splitShard(changed, shard, numberOf(start), nowMs);
  }
  for (const range of ranges) {
    for (let lower = shardFor(changed, range.start); lower.end < range.end; lower = shardFor(changed, range.start)) {
      changed = mergeShards(changed, lower, shardFor(changed, hexOf(numberOf(lower.end) + 1n)), nowMs);
    }
  }
  return changed;
}

function replace(stream: Stream, parents: readonly Shard[], ranges: readonly Pick<Shard, "start" | "end">[], nowMs: number): Stream {
  const gone = new Set(parents.map(({ index }) => index));
  const createdSeconds = Math.max(Math.floor(nowMs / 1000), ...parents.map((parent) => parent.createdSeconds + 1));
  const children = ranges.map((range, n) => ({ index: stream.nextShard + n, ...range, createdMs: nowMs, createdSeconds, parents: [...gone] }));
  return {
    ...stream,
    nextShard: stream.nextShard + children.length,
    shards: [...stream.shards.map((shard) => (gone.has(shard.index) ? { ...shard, closedMs: nowMs } : shard)), ...children],
  };
}
