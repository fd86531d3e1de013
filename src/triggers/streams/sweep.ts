// Gives space back: records past their stream's retention, shards whose last record is gone, and the logs of deleted streams.
import type { Clock } from "../../kernel/clock.ts";
import type { Log } from "../../ports/log.ts";
import { del, entriesBelow, type Entry, set, type Store, unchanged } from "../../ports/store.ts";
import { firstSince } from "./read.ts";
import { allStreams, horizonMs, logOf, trash, type Shard, type Stream } from "./stream.ts";

export interface SweepDeps {
  readonly store: Store;
  readonly log: Log;
  readonly clock: Pick<Clock, "now">;
}

/** Safe to run at any time and to interrupt anywhere: readers skip what has expired whether it is gone or not. */
export async function sweepStreams(deps: SweepDeps): Promise<void> {
  for await (const entry of entriesBelow<Stream>(deps.store, allStreams, { pageMax: PAGE })) {
    const expired = expiredShards(entry.value, deps.clock.now());
    for (const shard of entry.value.shards) if (!expired.includes(shard)) await trim(deps, entry.value, shard);
    if (expired.length > 0) await forget(deps, entry, expired);
  }
  await emptyTrash(deps);
}

/** Drops the logs of streams that are deleted. */
export async function emptyTrash({ store, log }: SweepDeps): Promise<void> {
  for await (const { key, value } of entriesBelow<{ readonly shards: readonly number[] }>(store, trash, { pageMax: PAGE })) {
    for (const index of value.shards) await log.drop(logOf(String(key.at(-1)), index));
    await store.commit([], [del(key)]);
  }
}

function expiredShards(stream: Stream, nowMs: number): readonly Shard[] {
  return stream.shards.filter(({ closedMs }) => closedMs !== undefined && closedMs < horizonMs(stream, nowMs));
}

async function trim({ log, clock }: SweepDeps, stream: Stream, shard: Shard): Promise<void> {
  const name = logOf(stream.id, shard.index);
  const beforeMs = horizonMs(stream, clock.now());
  const [oldest] = await log.read(name, 0, 1);
  if (!oldest || oldest.atMs >= beforeMs) return;
  const { seq } = await firstSince({ log, clock }, stream, shard, beforeMs, oldest.seq);
  await log.trim(name, seq - 1);
}

async function forget({ store, log }: SweepDeps, entry: Entry<Stream>, expired: readonly Shard[]): Promise<void> {
  const shards = entry.value.shards.filter((shard) => !expired.includes(shard));
  // Lost to a change of the stream: the next sweep finds it again.
  if (!(await store.commit([unchanged(entry.key, entry)], [set(entry.key, { ...entry.value, shards })])).ok) return;
  for (const { index } of expired) await log.drop(logOf(entry.value.id, index));
}

/** Streams with many shards are large records: few at a time. */
const PAGE = 50;
