// Takes the aws-chunked framing off a body as it streams: chunk headers, signatures and trailers away, sizes checked.
import { type Readable, Transform, type TransformCallback, pipeline } from "node:stream";
import { fault } from "../kernel/fault.ts";

/** S3: every chunk but the last must be at least this large. */
const chunkBytesMin = 8192;
/** Ours: a chunk header (size and signature) and all trailers together are small. */
const headerBytesMax = 1024;
const trailerBytesMax = 16 * 1024;

export interface DecodedBody {
  /** The content; fails with S3's faults IncompleteBody, InvalidChunkSizeError, MalformedTrailerError. */
  readonly body: Readable;
  /** Lower-case names, the trailer signature included. Settles when the content was read to its end. */
  readonly trailers: () => Promise<Readonly<Record<string, string>>>;
}

/** Decodes `source`; `decodedLength` is what x-amz-decoded-content-length promised, checked at the end. Memory stays constant. */
export function decodeAwsChunked(source: Readable, decodedLength: number): DecodedBody {
  const decoder = new ChunkDecoder(source, decodedLength);
  return { body: decoder, trailers: () => decoder.trailers };
}

type State = "header" | "data" | "data-end" | "trailers";

class ChunkDecoder extends Transform {
  readonly trailers: Promise<Readonly<Record<string, string>>>;
  readonly #settle: PromiseWithResolvers<Readonly<Record<string, string>>>;
  readonly #source: Readable;
  readonly #decodedLength: number;
  #started = false;
  #state: State = "header";
  /** The unfinished line of a header, or all trailer bytes so far. */
  #pending = "";
  /** Bytes of the current chunk still to come. */
  #left = 0;
  #total = 0;
  #chunk = 0;
  #chunkBytes = chunkBytesMin;

  constructor(source: Readable, decodedLength: number) {
    super();
    this.#source = source;
    this.#decodedLength = decodedLength;
    this.#settle = Promise.withResolvers();
    this.trailers = this.#settle.promise;
    // A handler that never asks for trailers must not end the process when the body breaks.
    this.trailers.catch(() => {});
  }

  /** The source is not touched before somebody wants bytes: reading it tells the client to send. */
  override _read(size: number): void {
    if (!this.#started) {
      this.#started = true;
      pipeline(this.#source, this, () => {
        // This stream is destroyed with the source's error; its reader hears of it here.
      });
    }
    super._read(size);
  }

  override _transform(bytes: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    try {
      let at = 0;
      while (at < bytes.length) at = this.#step(bytes, at);
      done();
    } catch (error) {
      done(error as Error);
    }
  }

  override _flush(done: TransformCallback): void {
    try {
      if (this.#state !== "trailers") throw terminated();
      if (this.#total !== this.#decodedLength) throw wrongLength();
      this.#settle.resolve(parseTrailers(this.#pending));
      done();
    } catch (error) {
      done(error as Error);
    }
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#settle.reject(error ?? terminated());
    done(error);
  }

  /** Consumes from `at` what the state wants; returns where it stopped. */
  #step(bytes: Buffer, at: number): number {
    if (this.#state === "data") {
      const end = Math.min(bytes.length, at + this.#left);
      this.push(bytes.subarray(at, end));
      this.#left -= end - at;
      if (this.#left === 0) this.#state = "data-end";
      return end;
    }
    if (this.#state === "trailers") {
      this.#pending += bytes.toString("latin1", at);
      if (this.#pending.length > trailerBytesMax) throw malformedTrailer();
      return bytes.length;
    }
    const feed = bytes.indexOf(10, at);
    this.#pending += bytes.toString("latin1", at, feed === -1 ? bytes.length : feed);
    if (this.#pending.length > headerBytesMax) throw malformedChunk();
    if (feed === -1) return bytes.length;
    const line = this.#pending.endsWith("\r") ? this.#pending.slice(0, -1) : this.#pending;
    this.#pending = "";
    if (this.#state === "data-end") {
      if (line !== "") throw malformedChunk();
      this.#state = "header";
    } else {
      this.#beginChunk(line);
    }
    return feed + 1;
  }

  #beginChunk(line: string): void {
    const size = /^([0-9a-f]{1,12})(;|$)/i.exec(line)?.[1];
    if (size === undefined) throw malformedChunk();
    const bytes = Number.parseInt(size, 16);
    if (bytes === 0) {
      this.#state = "trailers";
      return;
    }
    this.#chunk += 1;
    if (this.#chunkBytes < chunkBytesMin) {
      throw fault("InvalidChunkSizeError", {
        message: `Only the last chunk is allowed to have a size less than ${chunkBytesMin} bytes`,
        status: 403,
        Chunk: String(this.#chunk),
        BadChunkSize: String(this.#chunkBytes),
      });
    }
    this.#total += bytes;
    if (this.#total > this.#decodedLength) throw wrongLength();
    this.#chunkBytes = bytes;
    this.#left = bytes;
    this.#state = "data";
  }
}

/** Lines end with CRLF or LF, and signed trailers have an empty line before their signature: empty lines say nothing. */
function parseTrailers(text: string): Readonly<Record<string, string>> {
  const trailers: Record<string, string> = {};
  for (const line of text.split(/\r?\n/)) {
    if (line.trim() === "") continue;
    const colon = line.indexOf(":");
    if (colon < 1) throw malformedTrailer();
    trailers[line.slice(0, colon).trim().toLowerCase()] = line.slice(colon + 1).trim();
  }
  return trailers;
}

const terminated = (): Error => fault("IncompleteBody", { message: "The request body terminated unexpectedly", status: 400 });
const malformedChunk = (): Error => fault("IncompleteBody", { message: "The aws-chunked request body could not be read: a chunk header is malformed.", status: 400 });
const wrongLength = (): Error =>
  fault("IncompleteBody", { message: "You did not provide the number of bytes specified by the x-amz-decoded-content-length HTTP header.", status: 400 });
const malformedTrailer = (): Error =>
  fault("MalformedTrailerError", { message: "The request contained trailing data that was not well-formed or did not conform to our published schema.", status: 400 });
