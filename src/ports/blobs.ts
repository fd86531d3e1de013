// Content-addressed bytes by stream: code packages, layers, objects. A blob lives while a commit holds it (see `hold`).
import type { Readable } from "node:stream";

export interface BlobRef {
  /** SHA-256 of the content, lower-case hex. */
  readonly id: string;
  readonly sizeBytes: number;
  /** Small content travels with the commit that holds it and becomes durable there; larger content is already on disk. */
  readonly inline?: Uint8Array;
}

export interface Blobs {
  /**
   * Takes in bytes. When it resolves, the content is safe if a commit then `hold`s the ref; unheld content is swept later.
   * Rejects with the source's error, or with BlobTooLarge past `bytesMax`; nothing is left behind.
   * A stream that `read` gave for a whole blob, still unread, is taken in without a copy.
   */
  write(source: AsyncIterable<Uint8Array> | Uint8Array, options?: { readonly bytesMax?: number }): Promise<BlobRef>;
  /** The bytes `start` (inclusive) to `end` (exclusive). Rejects with an Outage when the blob is missing. */
  read(id: string, range?: { readonly start: number; readonly end: number }): Promise<Readable>;
  /** A whole small blob at once; for a large one use `read`. */
  bytes(id: string): Promise<Uint8Array>;
  /** A local file with exactly this content, valid until the next await of the caller's own making; never write to it. */
  file(id: string): Promise<string>;
  /** Removes files that nobody holds and that are older than `ageMs`; resolves to how many went. */
  sweep(ageMs: number): Promise<number>;
}

/** The source had more bytes than allowed. */
export class BlobTooLarge extends Error {
  override readonly name = "BlobTooLarge";
}
