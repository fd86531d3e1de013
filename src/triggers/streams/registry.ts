// The records of streams: created, found, changed and removed, each change one commit; found ones are remembered until they change.
import { randomInt } from "node:crypto";
import type { Clock } from "../../kernel/clock.ts";
import { placeName } from "../../kernel/place-name.ts";
import { del, set, transact, unchanged, type Change, type Entry, type Store } from "../../ports/store.ts";
import { firstShards } from "./reshard.ts";
import { allStreams, idKey, streamKey, streamsOf, trash, type Stream, type StreamMode, type StreamRef, type StreamScope } from "./stream.ts";

export interface NewStream {
  readonly mode: StreamMode;
  readonly shards: number;
  readonly retentionHours: number;
  readonly recordKibMax: number;
  readonly tags: Readonly<Record<string, string>>;
}

export interface StreamRegistry extends Disposable {
  /** Undefined when the name is taken. */
  create(ref: StreamRef, settings: NewStream): Promise<Stream | undefined>;
  entry(ref: StreamRef): Promise<Entry<Stream> | undefined>;
  /** The name of the stream with this id. */
  nameOf(scope: StreamScope, id: string): Promise<string | undefined>;
  /** By name. */
  list(scope: StreamScope, page: { readonly after?: string | undefined; readonly limit: number }): Promise<readonly Stream[]>;
  /** Changes the record; `decide` may be asked several times and may throw. Undefined when there is no such stream. */
  change(ref: StreamRef, decide: (stream: Stream) => Stream): Promise<Stream | undefined>;
  /** Removes the record and leaves its logs to the sweep. `decide` may throw. Undefined when there is no such stream. */
  remove(ref: StreamRef, decide: (stream: Stream) => void): Promise<Stream | undefined>;
  /** Forgets what is remembered of the stream. */
  forget(ref: StreamRef): void;
}

/** Ours: stream records remembered. */
const REMEMBERED_MAX = 1000;

export function openRegistry({ store, clock }: { readonly store: Store; readonly clock: Pick<Clock, "now"> }): StreamRegistry {
  const remembered = new Map<string, Entry<Stream>>();
  let changes = 0;
  const drop = (name: string): void => {
    changes++;
    remembered.delete(name);
  };
  const unwatch = store.watch(allStreams, (key) => drop(key.slice(allStreams.length).join("/")));

  return {
    create: async (ref, { shards, ...settings }) => {
      const { account, region, name } = ref;
      const key = streamKey(ref);
      // Asked once: no shard is younger than its stream.
      const nowMs = clock.now();
      const stream: Stream = { account, region, name, id: newId(), createdMs: nowMs, ...settings, consumers: [], shards: firstShards(shards, nowMs), nextShard: shards };
      const commit = await store.commit([{ key, version: null }], [set(key, stream), set(idKey(ref, stream.id), name)]);
      return commit.ok ? stream : undefined;
    },
    entry: async (ref) => {
      const name = placeName(ref);
      const found = remembered.get(name);
      if (found) return found;
      const before = changes;
      const entry = await store.get<Stream>(streamKey(ref));
      // Not when something changed meanwhile: it could be this.
      if (entry && before === changes) {
        if (remembered.size >= REMEMBERED_MAX) remembered.clear();
        remembered.set(name, entry);
      }
      return entry;
    },
    nameOf: async (scope, id) => (await store.get<string>(idKey(scope, id)))?.value,
    list: async (scope, { after, limit }) => {
      const prefix = streamsOf(scope);
      return (await store.list<Stream>({ prefix, after: after === undefined ? undefined : [...prefix, after], limit })).map(({ value }) => value);
    },
    change: (ref, decide) => {
      const key = streamKey(ref);
      return transact(store, async (): Promise<Change<Stream | undefined>> => {
        const entry = await store.get<Stream>(key);
        if (!entry) return { checks: [], writes: [], result: undefined };
        const result = decide(entry.value);
        return { checks: [unchanged(key, entry)], writes: result === entry.value ? [] : [set(key, result)], result };
      });
    },
    remove: (ref, decide) => {
      const key = streamKey(ref);
      return transact(store, async (): Promise<Change<Stream | undefined>> => {
        const entry = await store.get<Stream>(key);
        if (!entry) return { checks: [], writes: [], result: undefined };
        decide(entry.value);
        const { id, shards } = entry.value;
        return {
          checks: [unchanged(key, entry)],
          writes: [del(key), del(idKey(ref, id)), set([...trash, id], { shards: shards.map(({ index }) => index) })],
          result: entry.value,
        };
      });
    },
    forget: (ref) => drop(placeName(ref)),
    [Symbol.dispose]: unwatch,
  };
}

function newId(): string {
  const letters = (count: number): string => Array.from({ length: count }, () => randomInt(36).toString(36)).join("");
  return `${letters(20)}-${letters(3)}`;
}
