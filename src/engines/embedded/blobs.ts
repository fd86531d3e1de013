// The Blobs port: takes in streams in constant memory, keeps small content in the database and large content in files.
import { createHash } from "node:crypto";
import { access, open, readFile } from "node:fs/promises";
import type { DatabaseSync } from "node:sqlite";
import { Readable } from "node:stream";
import { outage } from "../../kernel/fault.ts";
import { limits } from "../../kernel/limits.ts";
import { BlobTooLarge, type BlobRef, type Blobs } from "../../ports/blobs.ts";
import type { BlobFiles, TempFile } from "./blob-files.ts";
import { blobPath, isBlobHash } from "./blob-path.ts";
import { reaching } from "./reaching.ts";
import type { Space } from "./space.ts";

/** Chunks are gathered to about this size per write call. */
const WRITE_BYTES = 256 * 1024;
/** Chunks read at a time: larger ones are not faster and wait longer for the collector. */
const READ_BYTES = 64 * 1024;

export function createBlobs(reading: DatabaseSync, files: BlobFiles, space: Space): Blobs {
  /** Streams of whole files that are given out: what comes back untouched need not be copied. */
  const wholes = new WeakMap<object, BlobRef>();
  const inline = reading.prepare("SELECT data FROM inline_blob WHERE hash = ?");

  const inlineData = (id: string): Uint8Array | undefined => {
    const data = reaching("blobs.read", () => inline.get(id))?.["data"];
    return data instanceof Uint8Array ? data : undefined;
  };
  const pathOf = (id: string, where: string): string => {
    if (!isBlobHash(id)) throw outage(where, { cause: "that is no blob id", retryable: false });
    return blobPath(files.dir, id);
  };

  return {
    write: async (source, { bytesMax = Number.POSITIVE_INFINITY } = {}) => {
      const own = wholes.get(source);
      if (!own || !(source instanceof Readable) || source.readableDidRead || source.destroyed) return intake(source instanceof Uint8Array ? [source] : source, bytesMax, files, space);
      if (own.sizeBytes > bytesMax) {
        source.destroy();
        throw tooLarge(bytesMax);
      }
      const kept = await reaching("blobs.write", files.keep(own.id, own.sizeBytes));
      // Gone meanwhile: what the stream holds open is all there is.
      if (!kept) return intake(source, bytesMax, files, space);
      source.destroy();
      return kept;
    },
    read: async (id, range) => {
      const [start, end] = [range?.start ?? 0, range?.end ?? Number.POSITIVE_INFINITY];
      const data = inlineData(id);
      if (data) return Readable.from([data.subarray(start, Math.max(start, end))].filter(({ length }) => length > 0), { objectMode: false });
      const handle = await reaching("blobs.read", open(pathOf(id, "blobs.read"), "r"));
      if (end <= start) {
        await handle.close();
        return Readable.from([], { objectMode: false });
      }
      const { size } = await reaching("blobs.read", handle.stat());
      const stream = handle.createReadStream({ start, end: end - 1, highWaterMark: READ_BYTES });
      if (start === 0 && end >= size) wholes.set(stream, { id, sizeBytes: size });
      return stream;
    },
    bytes: async (id) => inlineData(id) ?? reaching("blobs.bytes", readFile(pathOf(id, "blobs.bytes"))),
    file: async (id) => {
      const data = inlineData(id);
      if (data) return reaching("blobs.file", files.copyOf(id, data));
      const path = pathOf(id, "blobs.file");
      await reaching("blobs.file", access(path));
      return path;
    },
    sweep: (ageMs) => reaching("blobs.sweep", files.sweep(ageMs)),
  };
}

async function intake(source: AsyncIterable<Uint8Array> | Iterable<Uint8Array>, bytesMax: number, files: BlobFiles, space: Space): Promise<BlobRef> {
  const hash = createHash("sha256");
  let sizeBytes = 0;
  let gathered: Uint8Array[] = [];
  let gatheredBytes = 0;
  let temp: TempFile | undefined;
  // One write is under way while the next chunks arrive and are hashed.
  let writing: Promise<void> = Promise.resolve();
  const flush = async (): Promise<void> => {
    await writing;
    space.demand("blobs.write");
    temp ??= await reaching("blobs.write", files.create());
    writing = reaching("blobs.write", writeAll(temp, gathered, gatheredBytes));
    // Awaited by the next flush; until then a failure must not count as unhandled.
    writing.catch(() => undefined);
    gathered = [];
    gatheredBytes = 0;
  };
  try {
    for await (const chunk of source) {
      sizeBytes += chunk.byteLength;
      if (sizeBytes > bytesMax) throw tooLarge(bytesMax);
      hash.update(chunk);
      gathered.push(chunk);
      gatheredBytes += chunk.byteLength;
      if (gatheredBytes >= WRITE_BYTES) await flush();
    }
    const id = hash.digest("hex");
    if (!temp && sizeBytes <= limits.store.inlineBlobBytesMax) return { id, sizeBytes, inline: new Uint8Array(Buffer.concat(gathered)) };
    await flush();
    await writing;
    return await reaching("blobs.write", files.place(temp as TempFile, id, sizeBytes));
  } catch (error) {
    await writing.catch(() => undefined);
    if (temp) await files.discard(temp);
    throw error;
  }
}

const tooLarge = (bytesMax: number): BlobTooLarge => new BlobTooLarge(`the content has more than ${bytesMax} bytes`);

async function writeAll({ handle }: TempFile, chunks: readonly Uint8Array[], sizeBytes: number): Promise<void> {
  const { bytesWritten } = await handle.writev(chunks);
  if (bytesWritten === sizeBytes) return;
  // A short write: rare enough that a copy does not matter.
  const rest = Buffer.concat(chunks).subarray(bytesWritten);
  for (let at = 0; at < rest.length; ) at += (await handle.write(rest, at)).bytesWritten;
}
