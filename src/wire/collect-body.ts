// Brings a request's body into the form its operation wants: framing off, hash checked, bytes collected within a bound or left streaming.
import { createHash } from "node:crypto";
import { type Readable, Transform, type TransformCallback, pipeline } from "node:stream";
import { promisify } from "node:util";
import { gunzip } from "node:zlib";
import { type Fault, fault } from "../kernel/fault.ts";
import { limits } from "../kernel/limits.ts";
import { decodeAwsChunked } from "./aws-chunked.ts";
import type { HttpRequest } from "./door.ts";
import type { BodyFacts } from "./service.ts";
import { readContentSha256 } from "./sigv4.ts";

/** A request's body, opened once, to be either collected or handed on as a stream. */
export interface OpenBody {
  readonly facts: BodyFacts;
  /** The request's headers without `aws-chunked` in content-encoding: framing is not content. */
  readonly headers: Readonly<Record<string, string>>;
  /** All bytes; repeated calls give the same. Throws faults when there are too many or when they are not what was announced. */
  readonly collect: () => Promise<Uint8Array>;
  readonly stream: () => Readable;
}

const noTrailers = async (): Promise<Readonly<Record<string, string>>> => ({});
const empty = new Uint8Array(0);
const emptySha256 = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

/** `checksS3` turns on S3's rules: aws-chunked framing and the hash of x-amz-content-sha256. Other services get their gzip taken off. */
export function openBody(request: HttpRequest, checksS3: boolean): OpenBody {
  const announced = checksS3 ? readContentSha256(request.headers) : {};
  const length = lengthOf(request.headers["content-length"]);
  let collected: Promise<Uint8Array> | undefined;
  if (announced.chunked !== undefined) {
    const decodedLength = lengthOf(request.headers["x-amz-decoded-content-length"]);
    if (decodedLength === undefined) {
      throw fault("MissingContentLength", { message: "You must provide the Content-Length HTTP header.", status: 411 });
    }
    const { body, trailers } = decodeAwsChunked(request.body, decodedLength);
    return {
      facts: { contentLength: decodedLength, trailers },
      headers: withoutChunkedEncoding(request.headers),
      collect: () => (collected ??= collect(body, decodedLength)),
      stream: () => body,
    };
  }
  const facts: BodyFacts = { contentLength: length ?? (hasBody(request) ? undefined : 0), trailers: noTrailers };
  const { sha256 } = announced;
  const stream = (): Readable => (sha256 === undefined ? request.body : new HashCheck(request.body, sha256));
  const collectAll = async (): Promise<Uint8Array> => {
    if (!hasBody(request)) {
      if (sha256 !== undefined && sha256 !== emptySha256) throw hashMismatch(sha256, emptySha256);
      return empty;
    }
    const bytes = await ((sha256 === undefined && length !== undefined ? request.shortBody(length) : undefined) ?? collect(stream(), length));
    return !checksS3 && request.headers["content-encoding"] === "gzip" ? unzip(bytes) : bytes;
  };
  return { facts, headers: request.headers, collect: () => (collected ??= collectAll()), stream };
}

/** Without length and without chunked framing an h1 request has no body; h2 requests of these methods have none by custom. */
function hasBody({ headers, method }: HttpRequest): boolean {
  const length = headers["content-length"];
  if (length !== undefined) return length !== "0";
  return headers["transfer-encoding"] !== undefined || (method !== "GET" && method !== "HEAD" && method !== "DELETE");
}

function lengthOf(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : undefined;
}

function withoutChunkedEncoding(headers: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const { "content-encoding": encoding, ...rest } = headers;
  const kept = (encoding ?? "").split(",").map((part) => part.trim()).filter((part) => part !== "" && part !== "aws-chunked");
  return kept.length === 0 ? rest : { ...rest, "content-encoding": kept.join(",") };
}

function collect(body: Readable, announced: number | undefined): Promise<Uint8Array> {
  const bytesMax = limits.http.bodyBytesMax;
  if (announced !== undefined && announced > bytesMax) {
    body.destroy();
    return Promise.reject(tooLarge());
  }
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    body.on("data", (chunk: Buffer) => {
      bytes += chunk.length;
      chunks.push(chunk);
      if (bytes > bytesMax) body.destroy(tooLarge());
    });
    body.once("end", () => resolve(chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks, bytes)));
    body.once("error", reject);
  });
}

const unzipAsync = promisify(gunzip);

async function unzip(bytes: Uint8Array): Promise<Uint8Array> {
  try {
    return await unzipAsync(bytes, { maxOutputLength: limits.http.bodyBytesMax });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ERR_BUFFER_TOO_LARGE") throw tooLarge();
    throw fault("SerializationException", { message: "The request body is announced as gzip and can not be decompressed.", status: 400 });
  }
}

/** Passes bytes through and fails at the end when their SHA-256 is another: the reader must not keep what it read. */
class HashCheck extends Transform {
  readonly #source: Readable;
  readonly #sha256: string;
  readonly #hash = createHash("sha256");
  #started = false;

  constructor(source: Readable, sha256: string) {
    super();
    this.#source = source;
    this.#sha256 = sha256;
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

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    this.#hash.update(chunk);
    done(null, chunk);
  }

  override _flush(done: TransformCallback): void {
    const computed = this.#hash.digest("hex");
    done(computed === this.#sha256 ? null : hashMismatch(this.#sha256, computed));
  }
}

const hashMismatch = (client: string, computed: string): Fault =>
  fault("XAmzContentSHA256Mismatch", {
    message: "The provided 'x-amz-content-sha256' header does not match what was computed.",
    status: 400,
    ClientComputedContentSHA256: client,
    S3ComputedContentSHA256: computed,
  });

const tooLarge = (): Fault =>
  fault("RequestEntityTooLargeException", { message: `The request body is larger than ${limits.http.bodyBytesMax} bytes.`, status: 413 });
