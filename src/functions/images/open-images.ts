// Images of functions: their layers are held as long as a function may run them, their files laid out once and shared by all that run them.
import { join } from "node:path";
import type { Clock } from "../../kernel/clock.ts";
import { limits } from "../../kernel/limits.ts";
import type { Blobs } from "../../ports/blobs.ts";
import type { IsolationReport } from "../../ports/sandbox.ts";
import { allBelow, del, type Entry, hold, type Key, release, set, type Store, transact, unchanged } from "../../ports/store.ts";
import type { CodeCache } from "../code-keeper.ts";
import type { CodePackage } from "../function.ts";
import type { ImageReference, Images } from "../heart.ts";
import { openTreesAt, type Tree } from "../packages/trees.ts";
import { readImageConfig } from "./image-config.ts";
import { chooseImage, hexOf, type Manifest, readManifest } from "./manifest.ts";
import { type Compression, isConfigType, layerCompression } from "./media-types.ts";
import { BadImage, UnsupportedImage } from "./refusals.ts";
import { unpackImage } from "./unpack-aside.ts";
import type { LayerFile } from "./unpack-worker.ts";

export interface OpenImages extends Images, CodeCache {
  /** Pins the root file system, unpacking it again when it is not there. */
  acquire(code: CodePackage): Promise<Tree>;
}

/** What an image is made of, under the digest of its configuration; it holds the bytes of all of it. */
interface ImageRecord {
  readonly config: StoredBlob;
  /** Bottom first. */
  readonly layers: readonly StoredLayer[];
  readonly addedMs: number;
}

interface StoredBlob {
  readonly id: string;
  readonly sizeBytes: number;
}

interface StoredLayer extends StoredBlob {
  readonly compression: Compression;
  readonly diffId: string;
}

const ARCHITECTURE = process.arch === "arm64" ? "arm64" : "amd64";
/** Ours: an image added this recently is about to get a function. */
const FRESH_MS = 30_000;
/** An index may name an index; nobody nests deeper. */
const INDEXES_MAX = 3;

const recordKey = (configId: string): Key => ["images", configId];

export interface ImagesDeps {
  readonly store: Store;
  readonly blobs: Blobs;
  readonly clock: Pick<Clock, "now">;
  /** Root file systems go to `<dir>/images`. */
  readonly dir: string;
  readonly isolation: Pick<IsolationReport, "level">;
}

export async function openImages({ store, blobs, clock, dir, isolation }: ImagesDeps): Promise<OpenImages> {
  const trees = await openTreesAt(join(dir, "images"));

  const layerFiles = async (layers: readonly StoredLayer[]): Promise<readonly LayerFile[]> =>
    Promise.all(layers.map(async ({ id, compression, diffId }) => ({ path: await blobs.file(id), compression, diffId })));

  const keep = (configId: string, record: ImageRecord): Promise<ImageRecord> => {
    const key = recordKey(configId);
    return transact(store, async () => {
      const entry = await store.get<ImageRecord>(key);
      // The same files packed otherwise are the same image: the bytes that are held already serve.
      const kept = entry ? { ...entry.value, addedMs: record.addedMs } : record;
      const holds = entry ? [] : [record.config, ...record.layers].map((blob) => hold({ id: blob.id, sizeBytes: blob.sizeBytes }, key));
      return { checks: [unchanged(key, entry)], writes: [set(key, kept), ...holds], result: kept };
    });
  };

  return {
    add: async ({ uri, repository, manifest, manifestOf }) => {
      if (isolation.level === 0) throw new BadImage("Container images need isolation by bubblewrap, which this server does not have: `fugaz doctor` says why.");
      const { image, digest } = await findImage(manifest, manifestOf);
      if (image.config.sizeBytes > limits.images.configBytesMax) throw new BadImage("the image's configuration is too large");
      const config = readImageConfig(await blobs.bytes(hexOf(image.config.digest)), ARCHITECTURE);
      const configId = hexOf(image.config.digest);
      const record = await keep(configId, { config: { id: configId, sizeBytes: image.config.sizeBytes }, layers: layersOf(image, config.diffIds), addedMs: clock.now() });
      const { unpackedBytes } = await trees.prepare(configId, async (into) => unpackImage(await layerFiles(record.layers), into));
      const { entryPoint, command, workingDirectory, env } = config;
      return {
        blobId: configId, sha256: hexOf(digest), sizeBytes: image.config.sizeBytes, unpackedBytes,
        image: { uri, resolvedUri: `${repository}@${digest}`, entryPoint, command, workingDirectory, env },
      };
    },
    acquire: (code) =>
      trees.acquire(code.blobId, async (into) => {
        const entry = await store.get<ImageRecord>(recordKey(code.blobId));
        if (!entry) throw new Error(`the layers of image ${code.blobId} are not here any more`);
        return unpackImage(await layerFiles(entry.value.layers), into);
      }),
    idle: async (ageMs, nowMs) => {
      const unused = (await allRecords(store)).filter(({ value }) => nowMs - value.addedMs >= ageMs).map(({ key }) => String(key[1]));
      return [...new Set([...unused, ...(await trees.idle(ageMs, nowMs))])];
    },
    discard: async (id) => {
      const key = recordKey(id);
      const fresh = await transact(store, async () => {
        const entry = await store.get<ImageRecord>(key);
        if (!entry) return { checks: [], writes: [], result: false };
        if (clock.now() - entry.value.addedMs < FRESH_MS) return { checks: [], writes: [], result: true };
        const { config, layers } = entry.value;
        return { checks: [unchanged(key, entry)], writes: [del(key), ...[config, ...layers].map((blob) => release(blob.id, key))], result: false };
      });
      if (!fresh) await trees.discard(id);
    },
  };
}

type ImageManifest = Extract<Manifest, { readonly kind: "image" }>;

/** Follows indexes to the image for this machine. */
async function findImage(given: ImageReference["manifest"], manifestOf: ImageReference["manifestOf"]): Promise<{ readonly image: ImageManifest; readonly digest: string }> {
  let { bytes, digest, mediaType } = given as { bytes: Uint8Array; digest: string; mediaType: string | undefined };
  for (let indexes = 0; indexes <= INDEXES_MAX; indexes++) {
    const manifest = readManifest(bytes, mediaType);
    if (manifest.kind === "image") return { image: manifest, digest };
    const chosen = chooseImage(manifest.manifests, ARCHITECTURE);
    bytes = await manifestOf(chosen.digest);
    ({ digest, mediaType } = chosen);
  }
  throw new BadImage("the image's indexes lead to nothing but indexes");
}

function layersOf(image: ImageManifest, diffIds: readonly string[]): readonly StoredLayer[] {
  if (!isConfigType(image.config.mediaType)) throw new UnsupportedImage(`the configuration is of type ${image.config.mediaType}, which is no container image`);
  if (image.layers.length !== diffIds.length) throw new BadImage(`the manifest has ${image.layers.length} layers, the configuration ${diffIds.length}`);
  return image.layers.map(({ mediaType, digest, sizeBytes }, index) => {
    const compression = layerCompression(mediaType);
    if (!compression) throw new UnsupportedImage(`layers of type ${mediaType} are not supported`);
    return { id: hexOf(digest), sizeBytes, compression, diffId: diffIds[index] ?? "" };
  });
}

const allRecords = (store: Pick<Store, "list">): Promise<readonly Entry<ImageRecord>[]> => allBelow<ImageRecord>(store, ["images"]);

