// The records of groups and streams: created, listed, changed and removed by whoever owns the logs.
import { uuid } from "../../kernel/ids.ts";
import type { Clock } from "../../kernel/clock.ts";
import { del, entriesBelow, type Key, set, type Store, transact, unchanged } from "../../ports/store.ts";
import { groupKey, groupsOf, streamKey, streamsOf, trashKey } from "./keys.ts";
import type { ByName, GroupRecords, LogGroup, LogStream, StreamRecords } from "./log-groups.ts";

interface RecordsDeps {
  readonly store: Store;
  readonly clock: Clock;
}

export function groupRecords({ store, clock }: RecordsDeps): GroupRecords {
  return {
    create: async (scope, name, settings) => {
      const key = groupKey(scope, name);
      return (await store.commit([{ key, version: null }], [set(key, newGroup(scope, name, clock.now(), settings))])).ok;
    },
    find: async (scope, name) => (await store.get<LogGroup>(groupKey(scope, name)))?.value,
    list: (scope, query) => listByName<LogGroup>(store, groupsOf(scope), query),
    update: (scope, name, change) =>
      transact(store, async () => {
        const key = groupKey(scope, name);
        const entry = await store.get<LogGroup>(key);
        if (!entry) return { checks: [], writes: [], result: false };
        return { checks: [unchanged(key, entry)], writes: [set(key, { ...entry.value, ...change(entry.value) })], result: true };
      }),
    remove: (scope, name) => removeTo(store, groupKey(scope, name), "group"),
    storedBytes: async (group) => {
      let bytes = 0;
      for await (const stream of everyStream(store, group.id)) bytes += stream.bytes;
      return bytes;
    },
  };
}

export function streamRecords({ store, clock }: RecordsDeps): StreamRecords {
  return {
    create: async (group, name) => {
      const key = streamKey(group.id, name);
      return (await store.commit([{ key, version: null }], [set(key, newStream(name, clock.now()))])).ok;
    },
    find: async (group, name) => (await store.get<LogStream>(streamKey(group.id, name)))?.value,
    list: (group, query) => listByName<LogStream>(store, streamsOf(group.id), query),
    remove: (group, name) => removeTo(store, streamKey(group.id, name), "stream"),
  };
}

export const newGroup = (scope: { readonly account: string; readonly region: string }, name: string, nowMs: number, settings: Pick<LogGroup, "tags" | "retentionDays">): LogGroup => ({
  id: uuid(), account: scope.account, region: scope.region, name, createdMs: nowMs, ...settings,
});

export const newStream = (name: string, nowMs: number): LogStream => ({ id: uuid(), name, createdMs: nowMs, bytes: 0 });

/** All streams of a group, by name, page by page. */
export async function* everyStream(store: Pick<Store, "list">, groupId: string): AsyncGenerator<LogStream> {
  for await (const { value } of entriesBelow<LogStream>(store, streamsOf(groupId))) yield value;
}

/** Sorts after every name that starts with what stands before it. */
const LAST_CHARACTER = "\u{10ffff}";

async function listByName<T extends { readonly name: string }>(store: Store, prefix: Key, { prefix: start, after, limit, descending }: ByName): Promise<readonly T[]> {
  const from = [...prefix, start];
  const beyond = after === undefined ? undefined : [...prefix, after];
  const range = descending ? { from, before: beyond ?? [...prefix, start + LAST_CHARACTER], reverse: true } : beyond ? { after: beyond } : { from };
  const page = await store.list<T>({ prefix, ...range, limit });
  return page.map(({ value }) => value).filter(({ name }) => name.startsWith(start));
}

/** Deletes the record and marks its data as trash in one commit, so that a crash leaves nothing behind for ever. */
function removeTo(store: Store, key: Key, kind: "group" | "stream"): Promise<boolean> {
  return transact(store, async () => {
    const entry = await store.get<{ readonly id: string }>(key);
    if (!entry) return { checks: [], writes: [], result: false };
    return { checks: [unchanged(key, entry)], writes: [del(key), set(trashKey(kind, entry.value.id), {})], result: true };
  });
}
