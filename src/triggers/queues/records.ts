// Queues on record: found in memory when they are in use, changed in one commit with the index of who sends dead letters where.
import { partitionOf } from "../../kernel/arn.ts";
import type { Clock } from "../../kernel/clock.ts";
import { hexId } from "../../kernel/ids.ts";
import { placeName } from "../../kernel/place-name.ts";
import { type Change, del, entriesBelow, type Key, set, type Store, transact, unchanged, type Write } from "../../ports/store.ts";
import { keepReads } from "../kept-reads.ts";
import type { QueueRecord, QueueRecords, QueueRef } from "./queues.ts";

const ROOT: Key = ["queues", "record"];
const SOURCES: Key = ["queues", "source"];
const DELETED: Key = ["queues", "deleted"];

/** Ours: records kept in memory. */
const KEPT_MAX = 10_000;

const refKey = (root: Key, { account, region, name }: QueueRef): Key => [...root, account, region, name];

/** The engine's queue of a record, and the other way round. */
export const enginePrefix = "queue/";
export const engineQueue = ({ id }: Pick<QueueRecord, "id">): string => `${enginePrefix}${id}`;
export const queueIdOf = (engineName: string): string => engineName.slice(enginePrefix.length);

export interface RecordsDeps {
  readonly store: Store;
  readonly clock: Pick<Clock, "now">;
  /** How long the name of a deleted queue can not be taken again. */
  readonly recreateDelayMs: number;
  readonly onRemoved: (queue: QueueRecord) => void;
}

export interface OpenRecords extends QueueRecords, Disposable {}

export function openRecords({ store, clock, recreateDelayMs, onRemoved }: RecordsDeps): OpenRecords {
  const kept = keepReads<QueueRecord>(KEPT_MAX);
  const unwatch = store.watch(ROOT, ([, , account, region, name]) => kept.forget(`${account}/${region}/${name}`));
  const find = (ref: QueueRef): Promise<QueueRecord | undefined> => kept.read(placeName(ref), async () => (await store.get<QueueRecord>(refKey(ROOT, ref)))?.value);

  return {
    find,
    create: ({ account, region, name }, settings, tags) =>
      transact(store, async (): Promise<Change<Awaited<ReturnType<QueueRecords["create"]>>>> => {
        const ref = { account, region, name };
        const nothing = { checks: [], writes: [] };
        const entry = await store.get<QueueRecord>(refKey(ROOT, ref));
        if (entry) return { ...nothing, result: { created: false, queue: entry.value } };
        const deletedMs = recreateDelayMs > 0 ? (await store.get<number>(refKey(DELETED, ref)))?.value : undefined;
        if (deletedMs !== undefined && clock.now() < deletedMs + recreateDelayMs) return { ...nothing, result: "recent" };
        const now = clock.now();
        const queue: QueueRecord = { ...ref, id: hexId(12), arn: arnOf(ref), createdMs: now, modifiedMs: now, settings, tags };
        return { checks: [{ key: refKey(ROOT, ref), version: null }], writes: [set(refKey(ROOT, ref), queue), ...sourceWrites(undefined, queue)], result: { created: true, queue } };
      }),
    list: async (scope, prefix, afterName, limit) => {
      const root = [...ROOT, scope.account, scope.region];
      const after = afterName !== undefined && afterName >= prefix ? { after: [...root, afterName] } : { from: [...root, prefix] };
      const entries = await store.list<QueueRecord>({ prefix: root, ...after, limit });
      return entries.map(({ value }) => value).filter(({ name }) => name.startsWith(prefix));
    },
    change: (ref, decide) =>
      transact(store, async (): Promise<Change<QueueRecord | undefined>> => {
        const key = refKey(ROOT, ref);
        const entry = await store.get<QueueRecord>(key);
        if (!entry) return { checks: [], writes: [], result: undefined };
        const decided = decide(entry.value);
        const modifiedMs = decided.settings === entry.value.settings ? entry.value.modifiedMs : clock.now();
        const queue: QueueRecord = { ...entry.value, ...decided, modifiedMs };
        return { checks: [unchanged(key, entry)], writes: [set(key, queue), ...sourceWrites(entry.value, queue)], result: queue };
      }),
    remove: async (ref) => {
      const removed = await transact(store, async (): Promise<Change<QueueRecord | undefined>> => {
        const key = refKey(ROOT, ref);
        const entry = await store.get<QueueRecord>(key);
        if (!entry) return { checks: [], writes: [], result: undefined };
        const remember = recreateDelayMs > 0 ? [set(refKey(DELETED, ref), clock.now())] : [];
        return { checks: [unchanged(key, entry)], writes: [del(key), ...sourceWrites(entry.value, undefined), ...remember], result: entry.value };
      });
      if (removed) onRemoved(removed);
      return removed !== undefined;
    },
    watch: (ref, listener) => store.watch(refKey(ROOT, ref), listener),
    sourcesOf: async (targetArn, after, limit) => {
      const root = [...SOURCES, targetArn];
      const entries = await store.list({ prefix: root, ...(after && { after: refKey(root, after) }), limit });
      return entries.map(({ key }) => ({ account: String(key[3]), region: String(key[4]), name: String(key[5]) }));
    },
    all: async function* () {
      for await (const { value } of entriesBelow<QueueRecord>(store, ROOT)) yield value;
    },
    [Symbol.dispose]: unwatch,
  };
}

const arnOf = ({ region, account, name }: QueueRef): string => `arn:${partitionOf(region)}:sqs:${region}:${account}:${name}`;

function sourceWrites(before: QueueRecord | undefined, after: QueueRecord | undefined): readonly Write[] {
  const old = before?.settings.redrive?.targetArn;
  const fresh = after?.settings.redrive?.targetArn;
  if (old === fresh) return [];
  const at = (target: string, queue: QueueRef | undefined): readonly Key[] => (queue ? [refKey([...SOURCES, target], queue)] : []);
  return [...(old === undefined ? [] : at(old, before).map(del)), ...(fresh === undefined ? [] : at(fresh, after).map((key) => set(key, 1)))];
}
