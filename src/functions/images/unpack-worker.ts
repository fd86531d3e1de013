// The thread that unpacks one image: it decompresses, hashes and writes without ever holding up the server's event loop.
import { createHash } from "node:crypto";
import { createReadStream, mkdirSync } from "node:fs";
import { type Readable, pipeline } from "node:stream";
import { parentPort, workerData } from "node:worker_threads";
import { createGunzip, createZstdDecompress } from "node:zlib";
import { limits } from "../../kernel/limits.ts";
import type { Compression } from "./media-types.ts";
import { BadImage } from "./refusals.ts";
import { RootWriter } from "./root-writer.ts";
import { readTar } from "./tar-reader.ts";

/** What the thread is started with. */
export interface UnpackData {
  /** Must not exist. */
  readonly dir: string;
  /** Bottom first. */
  readonly layers: readonly LayerFile[];
}

export interface LayerFile {
  readonly path: string;
  readonly compression: Compression;
  /** Lower-case hex SHA-256 of the uncompressed archive. */
  readonly diffId: string;
}

export type FromUnpacker = { readonly kind: "done"; readonly unpackedBytes: number } | { readonly kind: "bad"; readonly message: string } | { readonly kind: "failed"; readonly message: string; readonly code: string | undefined };

/** What a file system or a decompressor says when it is the image that is wrong. */
const IMAGE_ERRORS = /^(ENAMETOOLONG|EILSEQ|EINVAL|ELOOP|Z_\w+|ZSTD_\w+|ERR_ZSTD\w*|ERR_ZLIB\w*)$/;
const CHUNK_BYTES = 256 * 1024;

async function unpack({ dir, layers }: UnpackData): Promise<number> {
  mkdirSync(dir);
  const writer = new RootWriter(dir);
  let unpackedBytes = 0;
  for (const layer of layers) {
    const hash = createHash("sha256");
    const tapped = async function* (): AsyncGenerator<Uint8Array> {
      for await (const chunk of decompressed(layer) as AsyncIterable<Buffer>) {
        unpackedBytes += chunk.byteLength;
        if (unpackedBytes > limits.images.unpackedBytesMax) throw new BadImage(`the image is larger than ${limits.images.unpackedBytesMax} bytes uncompressed`);
        hash.update(chunk);
        yield chunk;
      }
    };
    writer.beginLayer();
    for await (const entry of readTar(tapped())) await writer.write(entry);
    if (hash.digest("hex") !== layer.diffId) throw new BadImage(`a layer is not what the image's configuration declares (sha256:${layer.diffId})`);
  }
  writer.finish();
  return unpackedBytes;
}

function decompressed({ path, compression }: LayerFile): Readable {
  const file = createReadStream(path, { highWaterMark: CHUNK_BYTES });
  if (compression === "none") return file;
  const decompressor = compression === "gzip" ? createGunzip({ chunkSize: CHUNK_BYTES }) : createZstdDecompress({ chunkSize: CHUNK_BYTES });
  // Errors arrive where the decompressed bytes are read.
  pipeline(file, decompressor, () => undefined);
  return decompressor;
}

function send(message: FromUnpacker): void {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread's port, not a window
  parentPort?.postMessage(message);
}

try {
  send({ kind: "done", unpackedBytes: await unpack(workerData as UnpackData) });
} catch (error) {
  const { message, code } = error instanceof Error ? (error as NodeJS.ErrnoException) : { message: String(error), code: undefined };
  if (error instanceof BadImage) send({ kind: "bad", message });
  else if (code !== undefined && IMAGE_ERRORS.test(code)) send({ kind: "bad", message: `a layer can not be unpacked: ${message}` });
  else send({ kind: "failed", message, code });
}
