// Gives space back: events past their group's retention, and the data of deleted groups and streams.
import type { Clock } from "../../kernel/clock.ts";
import { del, entriesBelow, type Key, set, type Store, unchanged } from "../../ports/store.ts";
import { CHUNK_SPAN_MS } from "./chunk.ts";
import { allGroups, chunkKey, chunksOf, streamKey, streamsOf, trashKey, trashOf } from "./keys.ts";
import type { LogGroup, LogStream } from "./log-groups.ts";
import { everyStream } from "./records.ts";

const DAY_MS = 86_400_000;
/** Ours: chunks can be 256 KiB each, and a page of them is read to be deleted. */
const PAGE_CHUNKS = 100;

/** Resolves to how many chunks went. Safe to run at any time and to interrupt anywhere. */
export async function sweepLogs({ store, clock }: { readonly store: Store; readonly clock: Clock }): Promise<number> {
  let removed = 0;
  for await (const group of entriesBelow<LogGroup>(store, allGroups)) {
    if (group.value.retentionDays === undefined) continue;
    const expiredMs = clock.now() - group.value.retentionDays * DAY_MS;
    for await (const stream of everyStream(store, group.value.id)) {
      if ((stream.firstMs ?? Infinity) < expiredMs) removed += await expire(store, group.value.id, stream, expiredMs);
    }
  }
  for await (const { key } of entriesBelow(store, trashOf("group"))) {
    await scatter(store, idOf(key));
    await store.commit([], [del(key)]);
  }
  for await (const { key } of entriesBelow(store, trashOf("stream"))) {
    removed += await removeChunks(store, idOf(key), undefined);
    await store.commit([], [del(key)]);
  }
  return removed;
}

const idOf = (trash: Key): string => String(trash.at(-1));

/** A deleted group's streams become trash of their own. */
async function scatter(store: Store, groupId: string): Promise<void> {
  for await (const { key, value } of entriesBelow<LogStream>(store, streamsOf(groupId))) {
    await store.commit([], [del(key), set(trashKey("stream", value.id), {})]);
  }
}

async function expire(store: Store, groupId: string, stream: LogStream, expiredMs: number): Promise<number> {
  let bytes = 0;
  // A chunk that began one span before the cut has ended before it.
  const removed = await removeChunks(store, stream.id, expiredMs - CHUNK_SPAN_MS, (size) => (bytes += size));
  if (removed === 0) return 0;
  const key = streamKey(groupId, stream.name);
  const [oldest] = await store.list({ prefix: chunksOf(stream.id), limit: 1 });
  const entry = await store.get<LogStream>(key);
  if (entry?.value.id !== stream.id) return removed;
  const firstMs = oldest ? Number(oldest.key[3]) : entry.value.firstMs;
  // A lost race leaves the count too high until the next sweep; the events themselves are right at all times.
  await store.commit([unchanged(key, entry)], [set(key, { ...entry.value, firstMs, bytes: Math.max(0, entry.value.bytes - bytes) })]);
  return removed;
}

async function removeChunks(store: Store, streamId: string, beforeMs: number | undefined, count: (bytes: number) => void = () => undefined): Promise<number> {
  const prefix = chunksOf(streamId);
  const before = beforeMs === undefined ? undefined : chunkKey(streamId, beforeMs, 0);
  for (let removed = 0; ; ) {
    const page = await store.list<Uint8Array>({ prefix, before, limit: PAGE_CHUNKS });
    if (page.length === 0) return removed;
    await store.commit([], page.map(({ key }) => del(key)));
    for (const { value } of page) count(value.length);
    removed += page.length;
  }
}

