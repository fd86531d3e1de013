// Images in a repository: taken when all they need is there, found by tag or digest, let go with what nobody else needs.
import { type Descriptor, hexOf, isDigest, type Manifest, readManifest } from "../../functions/images/manifest.ts";
import { BadImage } from "../../functions/images/refusals.ts";
import { createHash } from "node:crypto";
import { allBelow, type Check, del, type Entry, hold, release, set, type Store, transact, unchanged, type Write } from "../../ports/store.ts";
import { type ImageId, imageIsReferenced, imageMissing, layersMissing, manifestsMissing, tagIsImmutable } from "./faults.ts";
import type { Registry } from "./op.ts";
import { type BlobRecord, keys, type ManifestRecord, type RepositoryRecord, type TagRecord } from "./records.ts";
import { stillThere } from "./repositories.ts";

type Repository = Entry<RepositoryRecord>;

export const digestOf = (bytes: Uint8Array): string => `sha256:${createHash("sha256").update(bytes).digest("hex")}`;

export interface Pushed {
  readonly digest: string;
  /** False when the image was there under this tag already: then nothing changed. */
  readonly changed: boolean;
}

/** Takes a manifest. Faults: BadImage, LayersNotFoundException, ReferencedImagesNotFoundException, ImageTagAlreadyExistsException. */
export async function pushImage(registry: Registry, repository: Repository, bytes: Uint8Array, mediaType: string | undefined, tag: string | undefined): Promise<Pushed> {
  const { store, blobs, clock } = registry;
  const manifest = readManifest(bytes, mediaType);
  const digest = digestOf(bytes);
  const { id: repositoryId } = repository.value;
  const key = keys.manifest(repositoryId, hexOf(digest));
  const blob = await blobs.write(bytes);
  return transact<Pushed>(store, async () => {
    const present = await store.get<ManifestRecord>(key);
    const tagged = tag === undefined ? undefined : await store.get<TagRecord>(keys.tag(repositoryId, tag));
    const moves = tag !== undefined && tagged?.value.manifestId !== hexOf(digest);
    if (present && !moves) return { checks: [], writes: [], result: { digest, changed: false } };
    const now = await stillThere(registry, repository);
    if (tag !== undefined && tagged && moves && now.value.immutable) throw tagIsImmutable(repository.value, tag);
    const needed = await needsOf(registry, repository, manifest);
    const record: ManifestRecord = {
      id: hexOf(digest), mediaType: manifest.mediaType, sizeBytes: bytes.byteLength, pushedMs: clock.now(), kind: manifest.kind,
      imageBytes: manifest.kind === "image" ? manifest.layers.reduce((sum, { sizeBytes }) => sum + sizeBytes, manifest.config.sizeBytes) : 0,
      configType: manifest.kind === "image" ? manifest.config.mediaType : undefined,
      needs: needed.ids,
    };
    const writes: readonly Write[] = [
      // Changed with every push, so that whoever takes the repository away notices.
      set(now.key, now.value), set(key, record), hold(blob, key), ...needed.writes,
      ...needed.ids.map((id) => set(keys.need(repositoryId, id, record.id), 1)),
      ...(tag === undefined ? [] : [set(keys.tag(repositoryId, tag), { tag, manifestId: record.id } satisfies TagRecord)]),
    ];
    const tagChecks = tag === undefined ? [] : [unchanged(keys.tag(repositoryId, tag), tagged)];
    return { checks: [unchanged(now.key, now), unchanged(key, present), ...tagChecks, ...needed.checks], writes, result: { digest, changed: true } };
  });
}

/** What a manifest needs must be in the repository; touching it makes a deletion at the same time notice. */
async function needsOf({ store }: Registry, { value: repository }: Repository, manifest: Manifest): Promise<{ readonly ids: readonly string[]; readonly checks: readonly Check[]; readonly writes: readonly Write[] }> {
  const descriptors: readonly Descriptor[] = manifest.kind === "index" ? manifest.manifests : [manifest.config, ...manifest.layers.filter(({ mediaType }) => !isElsewhere(mediaType))];
  const ids = [...new Set(descriptors.map(({ digest }) => hexOf(digest)))];
  const keyOf = manifest.kind === "index" ? keys.manifest : keys.blob;
  const entries = await Promise.all(ids.map((id) => store.get<ManifestRecord | BlobRecord>(keyOf(repository.id, id))));
  const missing = ids.filter((_, index) => entries[index] === undefined).map((id) => `sha256:${id}`);
  if (missing.length > 0) throw manifest.kind === "index" ? manifestsMissing(repository, missing) : layersMissing(repository, missing);
  for (const { digest, sizeBytes } of descriptors) {
    const there = entries[ids.indexOf(hexOf(digest))]?.value.sizeBytes;
    if (there !== sizeBytes) throw new BadImage(`the manifest says that ${digest} has ${sizeBytes} bytes; it has ${there}`);
  }
  const found = entries.filter((entry) => entry !== undefined);
  return { ids, checks: found.map((entry) => unchanged(entry.key, entry)), writes: found.map((entry) => set(entry.key, entry.value)) };
}

/** Layers that may not be passed on are fetched from where their maker keeps them. */
const isElsewhere = (mediaType: string): boolean => mediaType.includes("nondistributable") || mediaType.includes("foreign");

/** By digest, else by tag. Undefined when there is none, or when the tag is another image's. */
export async function findImage({ store }: Pick<Registry, "store">, { value: repository }: Repository, { imageDigest, imageTag }: ImageId): Promise<ManifestRecord | undefined> {
  const tagged = imageTag === undefined ? undefined : await store.get<TagRecord>(keys.tag(repository.id, imageTag));
  if (imageTag !== undefined && !tagged) return undefined;
  if (imageDigest !== undefined && !isDigest(imageDigest)) return undefined;
  const id = imageDigest === undefined ? tagged?.value.manifestId : hexOf(imageDigest);
  if (id === undefined || (tagged && tagged.value.manifestId !== id)) return undefined;
  return (await store.get<ManifestRecord>(keys.manifest(repository.id, id)))?.value;
}

/** Fault ImageNotFoundException. */
export async function requireImage(registry: Pick<Registry, "store">, repository: Repository, image: ImageId): Promise<ManifestRecord> {
  const found = await findImage(registry, repository, image);
  if (!found) throw imageMissing(repository.value, image);
  return found;
}

export const findBlob = async ({ store }: Pick<Registry, "store">, { value: repository }: Repository, digest: string): Promise<BlobRecord | undefined> =>
  isDigest(digest) ? (await store.get<BlobRecord>(keys.blob(repository.id, hexOf(digest))))?.value : undefined;

/** All tags, by name. */
export const listTags = async (store: Pick<Store, "list">, repository: string): Promise<readonly TagRecord[]> => (await allBelow<TagRecord>(store, keys.tags(repository))).map(({ value }) => value);

export const listImages = async (store: Pick<Store, "list">, repository: string): Promise<readonly ManifestRecord[]> => (await allBelow<ManifestRecord>(store, keys.manifests(repository))).map(({ value }) => value);

/** Takes one tag off; the image stays. Fault ImageNotFoundException. */
export function removeTag({ store }: Registry, { value: repository }: Repository, tag: string): Promise<TagRecord> {
  return transact(store, async () => {
    const entry = await store.get<TagRecord>(keys.tag(repository.id, tag));
    if (!entry) throw imageMissing(repository, { imageTag: tag });
    return { checks: [unchanged(entry.key, entry)], writes: [del(entry.key)], result: entry.value };
  });
}

/** Takes an image away with its tags and with the layers that no other image needs. A sentence when an index still names it, undefined when it is gone. */
export function removeImage({ store }: Registry, { value: repository }: Repository, id: string): Promise<string | undefined> {
  return transact(store, async () => {
    const entry = await store.get<ManifestRecord>(keys.manifest(repository.id, id));
    if (!entry) throw imageMissing(repository, { imageDigest: `sha256:${id}` });
    const indexes = await store.list({ prefix: keys.needs(repository.id, id), limit: 10 });
    if (indexes.length > 0) return { checks: [], writes: [], result: imageIsReferenced(indexes.map(({ key }) => `sha256:${String(key[3])}`)) };
    const tags = (await allBelow<TagRecord>(store, keys.tags(repository.id))).filter(({ value }) => value.manifestId === id);
    const checks: Check[] = [unchanged(entry.key, entry), ...tags.map((tag) => unchanged(tag.key, tag))];
    const writes: Write[] = [del(entry.key), release(id, entry.key), ...tags.map(({ key }) => del(key)), ...entry.value.needs.map((need) => del(keys.need(repository.id, need, id)))];
    if (entry.value.kind === "image") {
      for (const need of entry.value.needs) {
        const blob = await store.get<BlobRecord>(keys.blob(repository.id, need));
        const users = await store.list({ prefix: keys.needs(repository.id, need), limit: 2 });
        if (!blob || users.some(({ key }) => key[3] !== id)) continue;
        checks.push(unchanged(blob.key, blob));
        writes.push(del(blob.key), release(need, blob.key));
      }
    }
    return { checks, writes, result: undefined };
  });
}

