// The versions of one key: which record is current, what becomes of the others, and the writes that each change takes.
// The current object lives in the object space, so that plain reads and listings never meet a version; all else in the version space.
import { type Check, del, type Entry, set, type Store, unchanged, type Write } from "../../ports/store.ts";
import { bodyReleases } from "./bodies.ts";
import { type BucketRecord, keys, type LineageRecord, type ObjectRecord, type VersionRecord } from "./records.ts";

export type Versioning = BucketRecord["versioning"];

/** A key's state as read. `lineage` is absent for keys that never had a second version. */
export interface KeyState {
  readonly bucket: string;
  readonly key: string;
  readonly current: Entry<ObjectRecord> | undefined;
  readonly lineage: Entry<LineageRecord> | undefined;
}

export async function readState(store: Pick<Store, "get">, bucket: BucketRecord, key: string): Promise<KeyState> {
  const [current, lineage] = await Promise.all([
    store.get<ObjectRecord>(keys.object(bucket.name, key)),
    bucket.versioning === undefined ? undefined : store.get<LineageRecord>(keys.lineage(bucket.name, key)),
  ]);
  return { bucket: bucket.name, key, current, lineage };
}

/** The greatest stamp the key is known to have had. */
export const lastStamp = ({ current, lineage }: KeyState): number => Math.max(current?.value.stamp ?? 0, lineage?.value.lastStamp ?? 0);

/** Checks that make a change of this state safe. */
export function stateChecks(state: KeyState, versioning: Versioning): readonly Check[] {
  const current = unchanged(keys.object(state.bucket, state.key), state.current);
  return versioning === undefined ? [current] : [current, unchanged(keys.lineage(state.bucket, state.key), state.lineage)];
}

/** The delete marker that hides the key's older versions, if that is how the key stands. */
export async function hidingMarker(store: Pick<Store, "list">, state: KeyState): Promise<Entry<VersionRecord> | undefined> {
  if (state.current || !state.lineage) return undefined;
  const [newest] = await store.list<VersionRecord>({ prefix: keys.versionsOf(state.bucket, state.key), limit: 1 });
  return newest;
}

/** A version by its stamp or, for `null`, by the lineage. The current object included. */
export async function findVersion(store: Pick<Store, "get">, state: KeyState, versionId: string, stamp: number | undefined): Promise<Entry<VersionRecord> | undefined> {
  if (state.current?.value.versionId === versionId) return state.current;
  const older = versionId === "null" ? state.lineage?.value.nullStamp : stamp;
  if (older === undefined) return undefined;
  const entry = await store.get<VersionRecord>(keys.version(state.bucket, state.key, older));
  return entry?.value.versionId === versionId ? entry : undefined;
}

const lineageWrite = (state: KeyState, lineage: LineageRecord): Write => set(keys.lineage(state.bucket, state.key), lineage);
const olderWrite = (state: KeyState, record: VersionRecord): Write => set(keys.version(state.bucket, state.key, record.stamp), record);

/** Drops the null version wherever it is: what is written while versioning is suspended takes its place. */
async function dropNull(store: Pick<Store, "get" | "list">, state: KeyState): Promise<readonly Write[]> {
  if (state.current?.value.versionId === "null") return bodyReleases(store, state.current.value);
  const stamp = state.lineage?.value.nullStamp;
  if (stamp === undefined) return [];
  const old = await store.get<VersionRecord>(keys.version(state.bucket, state.key, stamp));
  return old ? [del(old.key), ...(await bodyReleases(store, old.value))] : [];
}

/** Writes that make `record` the newest version of its key; its id must be `null` unless versioning is enabled. */
export async function placeVersion(store: Pick<Store, "get" | "list">, state: KeyState, versioning: Versioning, record: VersionRecord): Promise<readonly Write[]> {
  const objectKey = keys.object(state.bucket, state.key);
  const current = state.current?.value;
  if (versioning === undefined) return [set(objectKey, record), ...(current ? await bodyReleases(store, current) : [])];
  const writes: Write[] = versioning === "Suspended" ? [...(await dropNull(store, state))] : [];
  let nullStamp = versioning === "Suspended" ? undefined : state.lineage?.value.nullStamp;
  if (current && !(versioning === "Suspended" && current.versionId === "null")) {
    writes.push(olderWrite(state, current));
    if (current.versionId === "null") nullStamp = current.stamp;
  }
  if (record.kind === "object") {
    writes.push(set(objectKey, record));
  } else {
    writes.push(olderWrite(state, record), ...(current ? [del(objectKey)] : []));
    if (record.versionId === "null") nullStamp = record.stamp;
  }
  return [...writes, lineageWrite(state, { lastStamp: record.stamp, nullStamp })];
}

/** The target may be the newest and the one behind it is then promoted: a third tells whether any older version remains. */
const NEIGHBOURS = 3;

/** Writes that remove one version for good; when it was the newest, the next one takes its place. */
export async function removeVersion(store: Pick<Store, "list">, state: KeyState, target: Entry<VersionRecord>): Promise<readonly Write[]> {
  const writes: Write[] = [del(target.key), ...(await bodyReleases(store, target.value))];
  if (!state.lineage) return writes;
  const newest = await store.list<VersionRecord>({ prefix: keys.versionsOf(state.bucket, state.key), limit: NEIGHBOURS });
  const isTarget = (entry: Entry<VersionRecord> | undefined): boolean => entry?.value.id === target.value.id;
  const wasNewest = state.current ? isTarget(state.current) : isTarget(newest[0]);
  const older = newest.filter((entry) => !isTarget(entry));
  const next = older[0];
  const promoted = wasNewest && next?.value.kind === "object" ? next : undefined;
  if (promoted) writes.push(del(promoted.key), set(keys.object(state.bucket, state.key), promoted.value));
  const { lastStamp, nullStamp } = state.lineage.value;
  const nullGone = [target, promoted].some((entry) => entry?.value.stamp === nullStamp);
  const emptied = older.length === (promoted ? 1 : 0);
  return [...writes, emptied ? del(keys.lineage(state.bucket, state.key)) : lineageWrite(state, { lastStamp, nullStamp: nullGone ? undefined : nullStamp })];
}
