// Images on disk as other tools leave them: OCI layouts, and the archives of `docker save`, `podman save` and `skopeo copy`.
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { mkdtemp, open, readFile, realpath, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, sep } from "node:path";
import { pipeline, type Readable } from "node:stream";
import { createGunzip } from "node:zlib";
import { chooseImage, type Descriptor, hexOf, object, parseJson, type PlatformDescriptor, readManifest } from "./manifest.ts";
import { isIndexType, mediaTypes } from "./media-types.ts";
import { BadImage } from "./refusals.ts";
import { RootWriter } from "./root-writer.ts";
import { readTar } from "./tar-reader.ts";

/** An image (or an index of images) to be pushed: what it consists of, in the order in which a registry wants it. */
export interface ImageSource extends AsyncDisposable {
  /** Configurations and layers, each once. */
  readonly blobs: readonly SourceBlob[];
  /** Images before the index that names them; the last one is what was asked for. */
  readonly manifests: readonly { readonly bytes: Uint8Array; readonly mediaType: string; readonly digest: string }[];
}

export interface SourceBlob {
  readonly digest: string;
  readonly sizeBytes: number;
  open(): Readable;
}

const ARCHITECTURE = process.arch === "arm64" ? "arm64" : "amd64";
const REF_NAME = "org.opencontainers.image.ref.name";

/** Opens a layout directory or an archive of one image. `tag` chooses among several in a layout. Throws BadImage for what is neither. */
export async function openImageSource(path: string, tag: string): Promise<ImageSource> {
  const scope = new AsyncDisposableStack();
  try {
    const dir = (await stat(path)).isDirectory() ? path : await extracted(path, scope);
    const index = await readFile(join(dir, "index.json")).catch(() => undefined);
    const source = index ? await layout(dir, index, tag) : await dockerArchive(dir);
    const made = scope.move();
    return { ...source, [Symbol.asyncDispose]: () => made.disposeAsync() };
  } catch (error) {
    await scope.disposeAsync();
    throw error;
  }
}

async function extracted(path: string, scope: AsyncDisposableStack): Promise<string> {
  const dir = await realpath(await mkdtemp(join(tmpdir(), "fugaz-image-")));
  scope.defer(() => rm(dir, { recursive: true, force: true }));
  const writer = new RootWriter(dir);
  writer.beginLayer();
  for await (const entry of readTar(await archiveAt(path))) await writer.write(entry);
  return dir;
}

/** The archive's bytes, which may be packed by gzip as a whole. */
async function archiveAt(path: string): Promise<Readable> {
  const head = Buffer.alloc(2);
  await using file = await open(path);
  await file.read(head, 0, 2, 0);
  const bytes = createReadStream(path);
  if (head[0] !== 0x1f || head[1] !== 0x8b) return bytes;
  const unpacked = createGunzip();
  // Errors arrive where the unpacked bytes are read.
  pipeline(bytes, unpacked, () => undefined);
  return unpacked;
}

type Parts = Pick<ImageSource, "blobs" | "manifests">;

async function layout(dir: string, index: Uint8Array, tag: string): Promise<Parts> {
  const blobs = new Map<string, SourceBlob>();
  const manifests = new Map<string, ImageSource["manifests"][number]>();
  const fileOf = (digest: string): string => join(dir, "blobs", "sha256", hexOf(digest));
  const visit = async ({ digest, mediaType }: Descriptor): Promise<void> => {
    const bytes = await readFile(fileOf(digest));
    const manifest = readManifest(bytes, mediaType === "" ? undefined : mediaType);
    if (manifest.kind === "index") for (const each of manifest.manifests) await visit(each);
    else for (const { digest: of, sizeBytes } of [manifest.config, ...manifest.layers]) blobs.set(of, { digest: of, sizeBytes, open: () => createReadStream(fileOf(of)) });
    manifests.set(digest, { bytes, mediaType: manifest.mediaType, digest });
  };
  await visit(chosen(index, tag));
  return { blobs: [...blobs.values()], manifests: [...manifests.values()] };
}

/** The only image of the layout, else the one it calls by the tag, else the one for this machine. */
function chosen(index: Uint8Array, tag: string): Descriptor {
  const manifest = readManifest(index, mediaTypes.ociIndex);
  if (manifest.kind !== "index" || !isIndexType(manifest.mediaType)) throw new BadImage("index.json is no index");
  const entries = object(parseJson(index, "index.json"), "index.json")["manifests"] as readonly { readonly digest?: string; readonly annotations?: Readonly<Record<string, string>> }[];
  const named = entries.find(({ annotations }) => annotations?.[REF_NAME] === tag || annotations?.[REF_NAME]?.endsWith(`:${tag}`));
  const descriptors: readonly PlatformDescriptor[] = manifest.manifests;
  return (descriptors.length === 1 ? descriptors[0] : descriptors.find(({ digest }) => digest === named?.digest)) ?? chooseImage(descriptors, ARCHITECTURE);
}

/** Docker's own archives name files; the manifest a registry wants is made from them. */
async function dockerArchive(dir: string): Promise<Parts> {
  const listing = await readFile(join(dir, "manifest.json")).catch(() => undefined);
  if (!listing) throw new BadImage("this is neither an OCI layout nor an archive of an image: it has no index.json and no manifest.json");
  const images: unknown = parseJson(listing, "manifest.json");
  if (!Array.isArray(images) || images.length !== 1) throw new BadImage("the archive must have exactly one image; save one alone");
  const { Config, Layers } = object(images[0], "an image of manifest.json");
  if (typeof Config !== "string" || !Array.isArray(Layers) || !Layers.every((name) => typeof name === "string")) throw new BadImage("manifest.json names no Config and Layers");
  const config = await fileBlob(dir, Config);
  const layers = await Promise.all(Layers.map((name: string) => fileBlob(dir, name)));
  const describe = (mediaType: string, { digest, sizeBytes }: SourceBlob) => ({ mediaType, digest, size: sizeBytes });
  const bytes = Buffer.from(JSON.stringify({
    schemaVersion: 2, mediaType: mediaTypes.dockerManifest, config: describe(mediaTypes.dockerConfig, config),
    layers: layers.map((layer) => describe(mediaTypes.dockerLayer, layer)),
  }));
  const digest = `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
  return { blobs: [...new Map([config, ...layers].map((blob) => [blob.digest, blob])).values()], manifests: [{ bytes, mediaType: mediaTypes.dockerManifest, digest }] };
}

async function fileBlob(dir: string, name: string): Promise<SourceBlob> {
  const path = await realpath(join(dir, name)).catch(() => undefined);
  // Layers may be links to each other, and must not be links to anything else.
  if (!path?.startsWith((await realpath(dir)) + sep)) throw new BadImage(`manifest.json names ${JSON.stringify(name)}, which is not in the archive`);
  const hash = createHash("sha256");
  let sizeBytes = 0;
  for await (const chunk of createReadStream(path) as AsyncIterable<Buffer>) {
    hash.update(chunk);
    sizeBytes += chunk.length;
  }
  return { digest: `sha256:${hash.digest("hex")}`, sizeBytes, open: () => createReadStream(path) };
}
