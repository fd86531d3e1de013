// Code packages: the archive is a blob, its unpacked form a tree; a package is good before anything refers to it.
import { createHash } from "node:crypto";
import type { Readable } from "node:stream";
import { limits } from "../../kernel/limits.ts";
import { BlobTooLarge, type BlobRef, type Blobs } from "../../ports/blobs.ts";
import type { CodePackage } from "../function.ts";
import type { Packages } from "../heart.ts";
import type { ArchiveSource } from "./archive.ts";
import { inPlace } from "./folder.ts";
import { mergeTrees } from "./merge-trees.ts";
import { unzippedTooLarge, zippedTooLarge } from "./refusals.ts";
import type { Tree, TreeFacts, Trees } from "./trees.ts";
import { unpackAside } from "./unpack-aside.ts";

export interface OpenPackages extends Packages {
  /** What a commit must hold for this package. For a package just added it carries the bytes of a small archive. */
  blobOf(code: CodePackage): BlobRef;
  /** Pins the unpacked code, unpacking it again from the archive when it is not there. */
  acquire(code: CodePackage): Promise<Tree>;
  /** Pins what the layers look like laid over each other, later ones on top; undefined when there are none. */
  acquireLayers(layers: readonly CodePackage[]): Promise<Tree | undefined>;
}

/** `runsInPlace`: whether code may run from this folder; absent, it may from none. */
export function openPackages(deps: { readonly blobs: Blobs; readonly trees: Trees; readonly unzippedBytesMax: number; readonly runsInPlace?: ((folder: string) => boolean) | undefined }): OpenPackages {
  const { blobs, trees, unzippedBytesMax, runsInPlace } = deps;
  // A small archive becomes durable in the commit that first holds it; until then its bytes travel with the package.
  const fresh = new WeakMap<CodePackage, BlobRef>();

  const stored = async (code: Pick<CodePackage, "blobId" | "sizeBytes">): Promise<ArchiveSource> =>
    code.sizeBytes <= limits.store.inlineBlobBytesMax
      ? { kind: "bytes", bytes: await blobs.bytes(code.blobId) }
      : { kind: "file", path: await blobs.file(code.blobId) };

  const acquire = (code: CodePackage): Promise<Tree> => (code.folder === undefined ? unpacked(code) : inPlace(code.folder, runsInPlace));
  const unpacked = (code: CodePackage): Promise<Tree> => trees.acquire(code.blobId, async (dir) => unpackAside(await stored(code), { dir, bytesMax: unzippedBytesMax }));
  const unpack = (id: string, source: () => ArchiveSource | Promise<ArchiveSource>): Promise<TreeFacts> => trees.prepare(id, async (dir) => unpackAside(await source(), { dir, bytesMax: unzippedBytesMax }));
  const addBytes = async (bytes: Uint8Array, options: AddOptions): Promise<[BlobRef, TreeFacts]> => {
    requireBytes(bytes.byteLength, { ...options, unzippedBytesMax });
    // What is in memory already is unpacked while it is stored.
    const acts = [takeIn(blobs, bytes, { ...options, unzippedBytesMax }), unpack(createHash("sha256").update(bytes).digest("hex"), () => ({ kind: "bytes", bytes }))] as const;
    await Promise.allSettled(acts);
    return Promise.all(acts);
  };
  const addStream = async (stream: Readable, options: AddOptions): Promise<[BlobRef, TreeFacts]> => {
    const ref = await takeIn(blobs, stream, { ...options, unzippedBytesMax });
    return [ref, await unpack(ref.id, () => (ref.inline ? { kind: "bytes", bytes: ref.inline } : stored({ blobId: ref.id, sizeBytes: ref.sizeBytes })))];
  };
  return {
    add: async (zip, options = {}) => {
      const [ref, { unpackedBytes }] = await (zip instanceof Uint8Array ? addBytes(zip, options) : addStream(zip, options));
      const code = { blobId: ref.id, sha256: Buffer.from(ref.id, "hex").toString("base64"), sizeBytes: ref.sizeBytes, unpackedBytes };
      fresh.set(code, ref);
      return code;
    },
    archive: (code) => blobs.read(code.blobId),
    blobOf: (code) => fresh.get(code) ?? { id: code.blobId, sizeBytes: code.sizeBytes },
    acquire,
    acquireLayers: async (layers) => {
      const [first] = layers;
      if (layers.length <= 1) return first && acquire(first);
      // Pinned until they are merged; the merged tree has links of its own to their files.
      const pinned = await Promise.allSettled(layers.map(acquire));
      const parts = pinned.flatMap((result) => (result.status === "fulfilled" ? [result.value] : []));
      try {
        for (const result of pinned) if (result.status === "rejected") throw result.reason;
        const id = `layers-${createHash("sha256").update(layers.map(({ blobId }) => blobId).join()).digest("hex")}`;
        return await trees.acquire(id, async (dir) => {
          await mergeTrees(parts.map((part) => part.dir), dir);
          return { unpackedBytes: layers.reduce((sum, { unpackedBytes }) => sum + unpackedBytes, 0) };
        });
      } finally {
        for (const part of parts) part.release();
      }
    },
  };
}

interface AddOptions {
  readonly zippedBytesMax?: number;
}

type SizeRules = AddOptions & { readonly unzippedBytesMax: number };

async function takeIn(blobs: Blobs, zip: Uint8Array | Readable, rules: SizeRules): Promise<BlobRef> {
  try {
    return await blobs.write(zip, { bytesMax: zipBytesMax(rules) });
  } catch (error) {
    throw error instanceof BlobTooLarge ? tooLarge(rules) : error;
  }
}

function requireBytes(bytes: number, rules: SizeRules): void {
  if (bytes > zipBytesMax(rules)) throw tooLarge(rules);
}

/** An archive larger than its content may be is refused before it fills the disk. */
const zipBytesMax = ({ zippedBytesMax, unzippedBytesMax }: SizeRules): number => zippedBytesMax ?? unzippedBytesMax;

const tooLarge = ({ zippedBytesMax, unzippedBytesMax }: SizeRules): Error => (zippedBytesMax === undefined ? unzippedTooLarge(unzippedBytesMax) : zippedTooLarge(zippedBytesMax));
