// Layers on their way in: in one piece or in many, checked against their digest before the repository has them.
import { uuid } from "../../kernel/ids.ts";
import { limits } from "../../kernel/limits.ts";
import { BlobTooLarge, type BlobRef } from "../../ports/blobs.ts";
import { type Check, type Entry, hold, set, transact, unchanged } from "../../ports/store.ts";
import { hexOf, isDigest } from "../../functions/images/manifest.ts";
import { layerInvalid, partInvalid, uploadMissing } from "./faults.ts";
import type { Registry } from "./op.ts";
import { type BlobRecord, keys, type RepositoryRecord, type UploadRecord } from "./records.ts";
import { stillThere, uploadReleases } from "./repositories.ts";

type Repository = Entry<RepositoryRecord>;
type Content = AsyncIterable<Uint8Array> | Uint8Array;

/** Ours: forgotten uploads that a new one cleans away. */
const CLEANED_MAX = 100;

/** Begins an upload; resolves to its id. */
export async function startUpload(registry: Registry, given: Repository): Promise<string> {
  const { store, clock } = registry;
  const repository = given.value;
  const now = clock.now();
  for (const { key, value } of await store.list<UploadRecord>({ prefix: keys.uploads(repository.id), limit: CLEANED_MAX }))
    if (now - value.touchedMs > limits.images.uploadIdleMs) await store.commit([], uploadReleases(repository.id, String(key[2]), value));
  const id = uuid();
  return transact(store, async () => {
    const record: UploadRecord = { parts: [], sizeBytes: 0, touchedMs: now };
    return { checks: [await checkThere(registry, given)], writes: [set(keys.upload(repository.id, id), record)], result: id };
  });
}

/** Fault UploadNotFoundException. */
export async function findUpload({ store }: Pick<Registry, "store">, { value: repository }: Repository, id: string): Promise<Entry<UploadRecord>> {
  const upload = await store.get<UploadRecord>(keys.upload(repository.id, id));
  if (!upload) throw uploadMissing(repository, id);
  return upload;
}

/** Adds a piece, which must begin at `firstByte` when that is given; resolves to the bytes received so far. Faults UploadNotFoundException, InvalidLayerPartException. */
export async function appendPart(registry: Registry, repository: Repository, id: string, content: Content, firstByte?: number): Promise<number> {
  const { store, clock } = registry;
  const begun = await findUpload(registry, repository, id);
  const at = begun.value.sizeBytes;
  if (firstByte !== undefined && firstByte !== at) throw partInvalid(repository.value, id, at - 1, firstByte);
  if (begun.value.parts.length >= limits.images.uploadPartsMax) throw layerInvalid(`An upload has at most ${limits.images.uploadPartsMax} parts`);
  const blob = await write(registry, content, limits.images.layerBytesMax - at);
  if (blob.sizeBytes === 0) return at;
  const { parts } = begun.value;
  const next: UploadRecord = { parts: [...parts, { id: blob.id, sizeBytes: blob.sizeBytes }], sizeBytes: at + blob.sizeBytes, touchedMs: clock.now() };
  const { ok } = await store.commit([unchanged(begun.key, begun)], [set(begun.key, next), hold(blob, keys.part(repository.value.id, id, parts.length))]);
  // Somebody else added a piece meanwhile: ours does not follow the last one any more.
  if (!ok) throw partInvalid(repository.value, id, (await findUpload(registry, repository, id)).value.sizeBytes - 1, at);
  return next.sizeBytes;
}

/** Ends an upload whose pieces, with `rest` behind them, must have this digest. Faults UploadNotFoundException, InvalidLayerException. */
export async function finishUpload(registry: Registry, repository: Repository, id: string, rest: Content, digest: string): Promise<BlobRef> {
  requireDigest(digest);
  await appendPart(registry, repository, id, rest);
  const upload = await findUpload(registry, repository, id);
  const { parts, sizeBytes } = upload.value;
  const [only] = parts;
  // What came in one piece is the layer already, when it is the right one.
  const blob = parts.length === 1 && only?.id === hexOf(digest) ? { id: only.id, sizeBytes } : await write(registry, joined(registry, upload.value), limits.images.layerBytesMax);
  if (blob.id !== hexOf(digest)) throw digestWrong(digest, blob.id);
  await keepBlob(registry, repository, blob, { upload, id });
  return blob;
}

/** Takes a whole layer at once. Fault InvalidLayerException when it is another. */
export async function takeBlob(registry: Registry, repository: Repository, content: Content, digest: string): Promise<void> {
  requireDigest(digest);
  const blob = await write(registry, content, limits.images.layerBytesMax);
  if (blob.id !== hexOf(digest)) throw digestWrong(digest, blob.id);
  await keepBlob(registry, repository, blob);
}

/** Shares a layer of another repository; false when that does not have it. */
export async function mountBlob(registry: Registry, repository: Repository, from: Repository, digest: string): Promise<boolean> {
  if (!isDigest(digest)) return false;
  const id = hexOf(digest);
  const { store, clock } = registry;
  return transact(store, async () => {
    const source = await store.get<BlobRecord>(keys.blob(from.value.id, id));
    if (!source) return { checks: [], writes: [], result: false };
    const key = keys.blob(repository.value.id, id);
    const record: BlobRecord = { sizeBytes: source.value.sizeBytes, addedMs: clock.now() };
    return { checks: [unchanged(source.key, source), await checkThere(registry, repository)], writes: [set(key, record), hold({ id, sizeBytes: record.sizeBytes }, key)], result: true };
  });
}

export async function cancelUpload(registry: Registry, repository: Repository, id: string): Promise<void> {
  const upload = await findUpload(registry, repository, id);
  await registry.store.commit([unchanged(upload.key, upload)], uploadReleases(repository.value.id, id, upload.value));
}

/** Makes the blob part of the repository and, in the same commit, ends the upload it came by. */
async function keepBlob(registry: Registry, repository: Repository, blob: BlobRef, came?: { readonly upload: Entry<UploadRecord>; readonly id: string }): Promise<void> {
  const key = keys.blob(repository.value.id, blob.id);
  const record: BlobRecord = { sizeBytes: blob.sizeBytes, addedMs: registry.clock.now() };
  await transact(registry.store, async () => {
    const check = await checkThere(registry, repository);
    const upload = came && (await findUpload(registry, repository, came.id));
    // Pieces that came after the end was asked for would be lost without a word.
    if (came && upload?.version !== came.upload.version) throw layerInvalid("The upload was continued while it was being completed");
    const ended = came ? uploadReleases(repository.value.id, came.id, came.upload.value) : [];
    return { checks: [check, ...(upload ? [unchanged(upload.key, upload)] : [])], writes: [set(key, record), hold(blob, key), ...ended], result: undefined };
  });
}

async function checkThere(registry: Registry, repository: Repository): Promise<Check> {
  const now = await stillThere(registry, repository);
  return unchanged(now.key, now);
}

async function* joined({ blobs }: Pick<Registry, "blobs">, { parts }: UploadRecord): AsyncGenerator<Uint8Array> {
  for (const { id } of parts) yield* (await blobs.read(id)) as AsyncIterable<Uint8Array>;
}

async function write({ blobs }: Pick<Registry, "blobs">, content: Content, bytesMax: number): Promise<BlobRef> {
  try {
    return await blobs.write(content, { bytesMax });
  } catch (error) {
    throw error instanceof BlobTooLarge ? layerInvalid(`A layer has at most ${limits.images.layerBytesMax} bytes`) : error;
  }
}

function requireDigest(digest: string): void {
  if (!isDigest(digest)) throw layerInvalid(`'${digest}' is no digest: sha256 and 64 hex digits are`);
}

const digestWrong = (expected: string, id: string): Error => layerInvalid(`The layer has the digest sha256:${id}, not ${expected}`);
