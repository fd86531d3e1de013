// Lists versions: the object space and the version space walked side by side, for each record lies in one of them.
import { invalidArgument } from "./errors.ts";
import type { S3Context } from "./op.ts";
import { compareKeys } from "./prefixes.ts";
import { type BucketRecord, keys, type LineageRecord, type ObjectRecord, type VersionRecord } from "./records.ts";
import { type Scanned, scan, type ScanOptions, startAfter } from "./scan.ts";
import { stampOf } from "./stamps.ts";

export interface ListedVersion {
  readonly key: string;
  readonly record: VersionRecord;
  readonly isLatest: boolean;
}

interface Wanted {
  readonly prefix: string;
  readonly delimiter: string;
  readonly keyMarker: string | undefined;
  readonly versionMarker: string | undefined;
  readonly limit: number;
}

export interface ListedVersions {
  readonly versions: readonly ListedVersion[];
  readonly prefixes: readonly string[];
  /** Where to go on; undefined at the end. */
  readonly next: { readonly name: string; readonly versionId?: string } | undefined;
}

export async function listVersionsOf(context: Pick<S3Context, "store">, bucket: BucketRecord, wanted: Wanted): Promise<ListedVersions> {
  const versions: ListedVersion[] = [];
  const prefixes: string[] = [];
  let last: ListedVersions["next"];
  if (wanted.limit === 0) return { versions, prefixes, next: undefined };
  let lastKey = wanted.versionMarker ? wanted.keyMarker : undefined;
  for await (const { name, entry } of await walk(context, bucket, wanted)) {
    if (versions.length + prefixes.length === wanted.limit) return { versions, prefixes, next: last };
    if (entry) versions.push({ key: name, record: entry.value, isLatest: name !== lastKey });
    else prefixes.push(name);
    lastKey = entry ? name : undefined;
    last = { name, versionId: entry?.value.versionId };
  }
  return { versions, prefixes, next: undefined };
}

type Walk = AsyncGenerator<Scanned<VersionRecord>>;

async function walk({ store }: Pick<S3Context, "store">, bucket: BucketRecord, wanted: Wanted): Promise<Walk> {
  const { prefix, delimiter, keyMarker, versionMarker, limit } = wanted;
  const [objects, older] = [keys.objects(bucket.name), keys.versions(bucket.name)];
  const options: ScanOptions = { prefix, delimiter, expected: limit };
  if (versionMarker !== undefined && !keyMarker) {
    throw invalidArgument("A version-id marker cannot be specified without a key marker.", "version-id-marker", versionMarker);
  }
  if (!keyMarker) return merge(scan<ObjectRecord>(store, objects, options), scan<VersionRecord>(store, older, options));
  const fromObject = startAfter(objects, keyMarker, wanted);
  const fromOlder = startAfter(older, keyMarker, wanted);
  if (!fromObject || !fromOlder) return none();
  const rest = scan<ObjectRecord>(store, objects, { ...options, from: fromObject });
  if (!versionMarker) return merge(rest, scan<VersionRecord>(store, older, { ...options, from: fromOlder }));
  const stamp = versionMarker === "null" ? await nullStamp(store, bucket, keyMarker) : stampOf(versionMarker);
  if (stamp === undefined) throw invalidArgument("Invalid version id specified", "version-id-marker", versionMarker);
  return merge(rest, scan<VersionRecord>(store, older, { ...options, after: keys.version(bucket.name, keyMarker, stamp) }));
}

/** Every stamp is less than this: what follows the current null version is all of the older ones. */
const BEFORE_ALL = Number.MAX_SAFE_INTEGER;

async function nullStamp(store: S3Context["store"], bucket: BucketRecord, key: string): Promise<number> {
  return (await store.get<LineageRecord>(keys.lineage(bucket.name, key)))?.value.nullStamp ?? BEFORE_ALL;
}

async function* none(): Walk {
  // Nothing follows the last possible name.
}

/** By name; of one name the current object before the others, and a common prefix once. */
async function* merge(current: AsyncGenerator<Scanned<ObjectRecord>>, older: Walk): Walk {
  let [a, b] = await Promise.all([current.next(), older.next()]);
  while (!a.done || !b.done) {
    const order = a.done ? 1 : b.done ? -1 : compareKeys(a.value.name, b.value.name);
    if (order <= 0 && !a.done) {
      yield a.value;
      if (order === 0 && !b.done && !b.value.entry) b = await older.next();
      a = await current.next();
    } else if (!b.done) {
      yield b.value;
      b = await older.next();
    }
  }
}
