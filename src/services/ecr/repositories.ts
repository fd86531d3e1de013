// Repositories: made, found, changed and taken away with everything in them.
import { partitionOf } from "../../kernel/arn.ts";
import { uuid } from "../../kernel/ids.ts";
import { isRepositoryName } from "../../kernel/image-name.ts";
import { limits } from "../../kernel/limits.ts";
import { del, type Entry, type Key, release, set, type Store, transact, unchanged, type Write } from "../../ports/store.ts";
import { invalidParameter, repositoryExists, repositoryMissing, repositoryNotEmpty } from "./faults.ts";
import type { Registry } from "./op.ts";
import { keys, type ManifestRecord, type RepositoryRecord, type Scope, type UploadRecord } from "./records.ts";

/** Ours: writes of one commit while contents are taken away. */
const WRITES_MAX = 500;

export const repositoryArn = ({ account, region, name }: RepositoryRecord): string => `arn:${partitionOf(region)}:ecr:${region}:${account}:repository/${name}`;

/** Fault RepositoryNotFoundException. */
export async function findRepository({ store }: Pick<Registry, "store">, at: Scope, name: string): Promise<Entry<RepositoryRecord>> {
  const found = await store.get<RepositoryRecord>(keys.repository({ ...at, name }));
  if (!found) throw repositoryMissing({ ...at, name });
  return found;
}

/** Faults RepositoryAlreadyExistsException, InvalidParameterException for a name that can not be. */
export async function createRepository({ store, clock }: Registry, { account, region }: Scope, name: string, settings: Pick<RepositoryRecord, "immutable" | "tags">): Promise<RepositoryRecord> {
  if (!isRepositoryName(name)) throw invalidParameter(`Invalid parameter at 'repositoryName' failed to satisfy constraint: 'must satisfy regular expression '(?:[a-z0-9]+(?:[._-][a-z0-9]+)*/)*[a-z0-9]+(?:[._-][a-z0-9]+)*''`);
  const record: RepositoryRecord = { account, region, name, id: uuid(), createdMs: clock.now(), policy: undefined, ...settings };
  const key = keys.repository(record);
  const { ok } = await store.commit([{ key, version: null }], [set(key, record)]);
  if (!ok) throw repositoryExists(record);
  return record;
}

/** The repository as it is now, to be checked by whatever commit puts something into it. Fault RepositoryNotFoundException, also when another took its name. */
export async function stillThere(registry: Pick<Registry, "store">, { value }: Entry<RepositoryRecord>): Promise<Entry<RepositoryRecord>> {
  const now = await findRepository(registry, value, value.name);
  if (now.value.id !== value.id) throw repositoryMissing(value);
  return now;
}

/** Changes the record; faults as `findRepository`, and whatever `decide` throws. */
export function changeRepository(registry: Pick<Registry, "store">, at: Scope, name: string, decide: (record: RepositoryRecord) => RepositoryRecord): Promise<RepositoryRecord> {
  return transact(registry.store, async () => {
    const entry = await findRepository(registry, at, name);
    const record = decide(entry.value);
    return { checks: [unchanged(entry.key, entry)], writes: [set(entry.key, record)], result: record };
  });
}

/** By name. */
export async function listRepositories({ store }: Pick<Registry, "store">, at: Scope, afterName: string | undefined, limit: number): Promise<readonly RepositoryRecord[]> {
  const entries = await store.list<RepositoryRecord>({ prefix: keys.repositories(at), limit, ...(afterName === undefined ? {} : { after: keys.repository({ ...at, name: afterName }) }) });
  return entries.map(({ value }) => value);
}

/** Takes the repository away, then its contents, which nobody can reach any more. Fault RepositoryNotEmptyException unless `force`. */
export async function deleteRepository(registry: Registry, at: Scope, name: string, force: boolean): Promise<RepositoryRecord> {
  const { store } = registry;
  const record = await transact(store, async () => {
    const entry = await findRepository(registry, at, name);
    const images = await store.list({ prefix: keys.manifests(entry.value.id), limit: 1 });
    if (images.length > 0 && !force) throw repositoryNotEmpty(entry.value);
    // Whoever pushes an image changes the record, so none can come between.
    return { checks: [unchanged(entry.key, entry)], writes: [del(entry.key)], result: entry.value };
  });
  await removeAll(store, keys.tags(record.id), ({ key }) => [del(key)]);
  await removeAll(store, keys.needs(record.id), ({ key }) => [del(key)]);
  await removeAll<ManifestRecord>(store, keys.manifests(record.id), ({ key, value }) => [del(key), release(value.id, key)]);
  await removeAll(store, keys.blobs(record.id), ({ key }) => [del(key), release(String(key[2]), key)]);
  await removeAll<UploadRecord>(store, keys.uploads(record.id), ({ key, value }) => uploadReleases(record.id, String(key[2]), value));
  return record;
}

/** Writes that forget an upload and let go of its pieces. */
export const uploadReleases = (repository: string, upload: string, { parts }: UploadRecord): readonly Write[] => [
  del(keys.upload(repository, upload)), ...parts.map(({ id }, index) => release(id, keys.part(repository, upload, index))),
];

async function removeAll<T>(store: Store, prefix: Key, writesOf: (entry: Entry<T>) => readonly Write[]): Promise<void> {
  for (;;) {
    const entries = await store.list<T>({ prefix, limit: Math.min(WRITES_MAX, limits.store.listMax) });
    if (entries.length === 0) return;
    await store.commit([], entries.flatMap(writesOf));
  }
}
