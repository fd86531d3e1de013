// How shards become others: pure changes of a stream's record. Whatever happens, the open ranges cover every hash key exactly once.
import { byStart, evenRanges, hexOf, numberOf } from "./hash-keys.ts";
import { openShards, type Shard, type Stream } from "./stream.ts";

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
 * Changes the number of open shards by splits of the widest and merges of the narrowest neighbours; a shard made by this change may be
 * changed again, as the original says of its own scaling.
 */
export function scaleTo(stream: Stream, target: number, nowMs: number): Stream {
  let changed = stream;
  let open = [...openShards(stream)].sort(byStart);
  while (open.length < target) {
    const widest = open.reduce((best, shard) => (width(shard) > width(best) ? shard : best));
    changed = splitShard(changed, widest, numberOf(widest.start) + width(widest) / 2n, nowMs);
    open = [...openShards(changed)].sort(byStart);
  }
  while (open.length > target) {
    const pairs = open.slice(1).map((upper, n) => [open[n] ?? upper, upper] as const);
    const [lower, upper] = pairs.reduce((best, pair) => (width(pair[0]) + width(pair[1]) < width(best[0]) + width(best[1]) ? pair : best));
    changed = mergeShards(changed, lower, upper, nowMs);
    open = [...openShards(changed)].sort(byStart);
  }
  return changed;
}

const width = ({ start, end }: Shard): bigint => numberOf(end) - numberOf(start) + 1n;

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
