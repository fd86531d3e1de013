// Takes exact numbers of bytes from a stream of chunks, for formats that are read header by header.
import { BadImage } from "./refusals.ts";

/** Reads a source once, front to back. Memory: one chunk, and what one `take` asks for. */
export class ByteSource {
  readonly #chunks: AsyncIterator<Uint8Array>;
  #rest: Buffer = Buffer.alloc(0);

  constructor(source: AsyncIterable<Uint8Array>) {
    this.#chunks = source[Symbol.asyncIterator]();
  }

  /** Exactly `bytes` bytes, or undefined when the source has ended before the first of them. Throws BadImage when it ends within them. */
  async take(bytes: number): Promise<Buffer | undefined> {
    if (this.#rest.length >= bytes) return this.#cut(bytes);
    const pieces: Buffer[] = [];
    let missing = bytes;
    for await (const piece of this.pieces(bytes, true)) {
      pieces.push(piece);
      missing -= piece.length;
    }
    if (missing === bytes && bytes > 0) return undefined;
    return Buffer.concat(pieces);
  }

  /** The next `bytes` bytes as they come. Throws BadImage when there are fewer (`mayBeAbsent`: unless there are none). */
  async *pieces(bytes: number, mayBeAbsent = false): AsyncGenerator<Buffer> {
    for (let missing = bytes; missing > 0; ) {
      if (this.#rest.length === 0 && !(await this.#fill())) {
        if (mayBeAbsent && missing === bytes) return;
        throw new BadImage("a layer ends in the middle of a file");
      }
      const piece = this.#cut(Math.min(missing, this.#rest.length));
      missing -= piece.length;
      yield piece;
    }
  }

  /** Reads to the end; resolves to how many bytes there were. */
  async drain(): Promise<number> {
    let bytes = this.#rest.length;
    while (await this.#fill()) bytes += this.#rest.length;
    this.#rest = Buffer.alloc(0);
    return bytes;
  }

  /** Lets go of the source before its end. */
  async close(): Promise<void> {
    await this.#chunks.return?.();
  }

  #cut(bytes: number): Buffer {
    const cut = this.#rest.subarray(0, bytes);
    this.#rest = this.#rest.subarray(bytes);
    return cut;
  }

  async #fill(): Promise<boolean> {
    for (;;) {
      const { done, value } = await this.#chunks.next();
      if (done) return false;
      if (value.byteLength === 0) continue;
      this.#rest = Buffer.from(value.buffer, value.byteOffset, value.byteLength);
      return true;
    }
  }
}
