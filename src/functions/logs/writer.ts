// Turns batches of events into commits: chunks and the stream's facts change together, and never under a deleted group.
import type { Clock } from "../../kernel/clock.ts";
import { set, unchanged, type Check, type Entry, type Store, type Write } from "../../ports/store.ts";
import type { Scope } from "../function.ts";
import { packChunks } from "./chunk.ts";
import { chunkKey, groupKey, streamKey } from "./keys.ts";
import type { LogEvent, LogGroup, LogStream } from "./log-groups.ts";
import { newGroup, newStream } from "./records.ts";

export interface Batch {
  readonly scope: Scope;
  readonly group: string;
  readonly stream: string;
  readonly events: readonly LogEvent[];
}

export interface Writer {
  /** Writes all batches in one commit, creating what is missing. Each stream appears at most once. */
  write(batches: readonly Batch[]): Promise<void>;
  /** Writes to an existing stream of exactly this group; false when one of them is gone. */
  writeTo(group: LogGroup, stream: string, events: readonly LogEvent[]): Promise<boolean>;
}

/** Ours: groups and streams whose records are remembered between writes; beyond, the oldest are read again. */
const REMEMBERED_MAX = 5_000;
/** Ours: as in `transact`. */
const ATTEMPTS_MAX = 50;

/** A record as it was read; without an entry it is new. */
interface Found<T> {
  readonly entry: Entry<T> | undefined;
  readonly value: T;
}

interface Draft {
  readonly checks: Check[];
  readonly writes: Write[];
}

export function openWriter({ store, clock }: { readonly store: Store; readonly clock: Clock }): Writer {
  const groups = new Map<string, Entry<LogGroup>>();
  const streams = new Map<string, Entry<LogStream>>();
  let lastSeq = 0;
  // Unique per server and growing across restarts; the check that the chunk is new catches a clock that went back.
  const nextSeq = (): number => (lastSeq = Math.max(lastSeq + 1, clock.now() * 1000));

  const findGroup = async (batch: Batch): Promise<Found<LogGroup>> => {
    const entry = groups.get(groupName(batch)) ?? (await store.get<LogGroup>(groupKey(batch.scope, batch.group)));
    return { entry, value: entry?.value ?? newGroup(batch.scope, batch.group, clock.now(), { tags: {} }) };
  };
  const findStream = async (group: LogGroup, name: string): Promise<Found<LogStream>> => {
    const entry = streams.get(streamName(group, name)) ?? (await store.get<LogStream>(streamKey(group.id, name)));
    return { entry, value: entry?.value ?? newStream(name, clock.now()) };
  };

  /** Adds one stream's new events to the draft; answers the stream's record as it will be. */
  const addEvents = (group: LogGroup, stream: Found<LogStream>, events: readonly LogEvent[], draft: Draft): LogStream => {
    const nowMs = clock.now();
    let { firstMs = Infinity, lastMs = -Infinity, bytes } = stream.value;
    for (const chunk of packChunks(events, nowMs)) {
      const key = chunkKey(stream.value.id, chunk.firstMs, nextSeq());
      draft.checks.push({ key, version: null });
      draft.writes.push(set(key, chunk.bytes));
      firstMs = Math.min(firstMs, chunk.firstMs);
      lastMs = Math.max(lastMs, chunk.lastMs);
      bytes += chunk.bytes.length;
    }
    const grown: LogStream = { ...stream.value, firstMs, lastMs, ingestedMs: nowMs, bytes };
    const key = streamKey(group.id, grown.name);
    draft.checks.push(unchanged(key, stream.entry));
    draft.writes.push(set(key, grown));
    return grown;
  };

  const tryWrite = async (batches: readonly Batch[]): Promise<boolean> => {
    const draft: Draft = { checks: [], writes: [] };
    const found = new Map<string, Found<LogGroup>>();
    const grown: { readonly group: LogGroup; readonly stream: LogStream }[] = [];
    for (const batch of batches) {
      const group = found.get(groupName(batch)) ?? (await findGroup(batch));
      if (!found.has(groupName(batch))) {
        found.set(groupName(batch), group);
        const key = groupKey(batch.scope, batch.group);
        draft.checks.push(unchanged(key, group.entry));
        if (!group.entry) draft.writes.push(set(key, group.value));
      }
      const stream = await findStream(group.value, batch.stream);
      grown.push({ group: group.value, stream: addEvents(group.value, stream, batch.events, draft) });
    }
    const commit = await store.commit(draft.checks, draft.writes);
    for (const [name, group] of found) {
      if (commit.ok) remember(groups, name, group.entry ?? { key: groupKey(group.value, group.value.name), value: group.value, version: commit.version });
      else groups.delete(name);
    }
    for (const { group, stream } of grown) {
      const name = streamName(group, stream.name);
      if (commit.ok) remember(streams, name, { key: streamKey(group.id, stream.name), value: stream, version: commit.version });
      else streams.delete(name);
    }
    return commit.ok;
  };

  return {
    write: async (batches) => {
      for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt++) if (await tryWrite(batches)) return;
      throw new Error(`writing logs conflicted ${ATTEMPTS_MAX} times in a row`);
    },
    writeTo: async (group, name, events) => {
      for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
        const entry = await store.get<LogGroup>(groupKey(group, group.name));
        const stream = await store.get<LogStream>(streamKey(group.id, name));
        if (entry?.value.id !== group.id || !stream) return false;
        const draft: Draft = { checks: [unchanged(entry.key, entry)], writes: [] };
        addEvents(group, { entry: stream, value: stream.value }, events, draft);
        if ((await store.commit(draft.checks, draft.writes)).ok) return true;
      }
      throw new Error(`writing logs conflicted ${ATTEMPTS_MAX} times in a row`);
    },
  };
}

function remember<T>(map: Map<string, T>, name: string, value: T): void {
  map.delete(name);
  map.set(name, value);
  if (map.size <= REMEMBERED_MAX) return;
  const [oldest] = map.keys();
  if (oldest !== undefined) map.delete(oldest);
}

const groupName = ({ scope, group }: Batch): string => `${scope.account}\0${scope.region}\0${group}`;
const streamName = (group: LogGroup, name: string): string => `${group.id}\0${name}`;
