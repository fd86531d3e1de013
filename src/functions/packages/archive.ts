// Reads a zip from memory or from a file by the same few acts, so that the unpacker need not care where it lies.
import { open, type FileHandle } from "node:fs/promises";
import { Readable } from "node:stream";
import { fromBufferPromise, fromFdPromise, type Entry, type ZipFile } from "yauzl";
import { limits } from "../../kernel/limits.ts";
import { judgeEntry, type PackageEntry } from "./entry.ts";
import { emptyArchive, notUnzippable } from "./refusals.ts";

export type ArchiveSource = { readonly kind: "bytes"; readonly bytes: Uint8Array } | { readonly kind: "file"; readonly path: string };

export interface Archive extends AsyncDisposable {
  readonly entries: readonly PackageEntry[];
  /** The entry's bytes as they lie in the archive. */
  zipped(entry: PackageEntry): Promise<Uint8Array>;
  /** The same in pieces, for what is too large to hold. */
  zippedStream(entry: PackageEntry): Promise<Readable>;
}

/** Ours: archives up to this size are read into memory at once; thousands of small reads cost more. */
const inMemoryBytesMax = 64 * 1024 * 1024;
const pieceBytes = 256 * 1024;

/** Throws the refusal when the bytes are no archive, hold nothing, or hold what must not be unpacked. */
export async function openArchive(source: ArchiveSource): Promise<Archive> {
  if (source.kind === "bytes") return archiveOf(bufferOf(source.bytes), undefined);
  const handle = await open(source.path, "r");
  try {
    const { size } = await handle.stat();
    if (size > inMemoryBytesMax) return await archiveOf(undefined, handle);
    const bytes = await handle.readFile();
    await handle.close();
    return await archiveOf(bytes, undefined);
  } catch (error) {
    await handle.close().catch(() => undefined);
    throw error;
  }
}

async function archiveOf(bytes: Buffer | undefined, handle: FileHandle | undefined): Promise<Archive> {
  if (bytes?.byteLength === 0) throw emptyArchive();
  const options = { lazyEntries: true, autoClose: false, decodeStrings: false } as const;
  const zip = await (bytes ? fromBufferPromise(bytes, options) : fromFdPromise(handle?.fd ?? -1, options)).catch(refuse);
  const raw = new Map<PackageEntry, Entry>();
  await readEntries(zip, raw);
  if (raw.size === 0) throw emptyArchive();
  return {
    entries: [...raw.keys()],
    zipped: async (entry) => {
      const start = await dataStart(zip, rawOf(raw, entry));
      if (bytes) return bytes.subarray(start, start + entry.zippedBytes);
      const into = Buffer.allocUnsafe(entry.zippedBytes);
      const read = (await handle?.read(into, 0, entry.zippedBytes, start))?.bytesRead ?? 0;
      if (read < entry.zippedBytes) throw notUnzippable("the archive is truncated");
      return into;
    },
    zippedStream: async (entry) => {
      const start = await dataStart(zip, rawOf(raw, entry));
      const end = start + entry.zippedBytes;
      if (bytes) return Readable.from(pieces(bytes.subarray(start, end)));
      if (!handle || end === start) return Readable.from([]);
      return handle.createReadStream({ start, end: end - 1, autoClose: false, highWaterMark: pieceBytes });
    },
    [Symbol.asyncDispose]: async () => {
      // With a descriptor of ours the reader only counts its users; the handle closes the file.
      await handle?.close();
    },
  };
}

function* pieces(bytes: Buffer): Generator<Buffer> {
  for (let at = 0; at < bytes.byteLength; at += pieceBytes) yield bytes.subarray(at, at + pieceBytes);
}

async function readEntries(zip: ZipFile, into: Map<PackageEntry, Entry>): Promise<void> {
  if (zip.entryCount > limits.functions.packageFilesMax) throw notUnzippable(`the archive has ${zip.entryCount} entries`);
  try {
    for await (const entry of zip.eachEntry()) {
      const judged = judgeEntry(entry);
      if (judged) into.set(judged, entry);
    }
  } catch (error) {
    return refuse(error);
  }
}

function rawOf(raw: ReadonlyMap<PackageEntry, Entry>, entry: PackageEntry): Entry {
  const found = raw.get(entry);
  if (!found) throw new Error("bug: an entry of another archive");
  return found;
}

async function dataStart(zip: ZipFile, entry: Entry): Promise<number> {
  // Also asserts that the data lies within the archive.
  return (await zip.readLocalFileHeaderPromise(entry, { minimal: true }).catch(refuse)).fileDataStart;
}

/** The zip reader's errors are all about the archive; refusals pass through. */
function refuse(error: unknown): never {
  throw error instanceof Error && error.name === "Fault" ? error : notUnzippable(error);
}

function bufferOf(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
