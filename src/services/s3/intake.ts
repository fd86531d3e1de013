// Bytes on their way in: counted, hashed and checked as they stream into a blob, in constant memory; a false promise leaves nothing.
import { createHash } from "node:crypto";
import { fault, type Fault } from "../../kernel/fault.ts";
import { limits } from "../../kernel/limits.ts";
import type { BlobRef, Blobs } from "../../ports/blobs.ts";
import { algorithmNamed, badChecksum, checksumAlgorithms, type ChecksumAlgorithm, checksumHeader, defaultAlgorithm, type Digest, isChecksumText, openDigest } from "./checksums.ts";
import { entityTooLarge, invalidRequest, notImplemented } from "./errors.ts";
import type { S3Context } from "./op.ts";

/** What a request promises about its body. */
export interface Promised {
  /** Undefined when the body is only a part of the request's, whose length nobody tells. */
  readonly sizeBytes: number | undefined;
  /** Lower-case hex. */
  readonly md5: string | undefined;
  /** The checksum the client speaks of; `value` is undefined when it comes in the trailer. */
  readonly checksum: { readonly algorithm: ChecksumAlgorithm; readonly value: string | undefined } | undefined;
}

export interface Taken {
  readonly blob: BlobRef;
  /** MD5 as lower-case hex. */
  readonly etag: string;
  readonly sizeBytes: number;
  /** By the algorithm asked, or the default. */
  readonly checksum: { readonly algorithm: ChecksumAlgorithm; readonly value: string };
  /** The checksum a multipart object is made of when `also` asked for it. */
  readonly also: string | undefined;
}

type Headers = Readonly<Record<string, string>>;

/** A Content-MD5 header as hex; throws InvalidDigest. */
export function promisedMd5(header: string | undefined): string | undefined {
  if (header === undefined) return undefined;
  const bytes = Buffer.from(header, "base64");
  if (bytes.length !== 16 || bytes.toString("base64") !== header) {
    throw fault("InvalidDigest", { message: "The Content-MD5 you specified was invalid.", status: 400, "Content-MD5": header });
  }
  return bytes.toString("hex");
}

/** Which checksum the request's headers carry or announce. Throws InvalidRequest. */
export function promisedChecksum(headers: Headers): Promised["checksum"] {
  const given = checksumAlgorithms.filter((algorithm) => headers[checksumHeader(algorithm)] !== undefined);
  const trailers = (headers["x-amz-trailer"] ?? "").split(",").map((name) => name.trim().toLowerCase()).filter((name) => name !== "");
  const announced = trailers.map((name) => checksumAlgorithms.find((algorithm) => checksumHeader(algorithm) === name));
  if (given.length + announced.length > 1) throw invalidRequest("Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed.");
  if (announced.length === 1) {
    if (!announced[0]) throw invalidRequest("The value specified in the x-amz-trailer header is not supported");
    return { algorithm: announced[0], value: undefined };
  }
  const [algorithm] = given;
  const named = headers["x-amz-sdk-checksum-algorithm"];
  if (named !== undefined && !algorithmNamed(named)) {
    throw invalidRequest("Value for x-amz-sdk-checksum-algorithm header is invalid.");
  }
  if (algorithm === undefined) {
    if (named !== undefined) throw invalidRequest("x-amz-sdk-checksum-algorithm specified, but no corresponding x-amz-checksum-* or x-amz-trailer headers were found.");
    return undefined;
  }
  if (named !== undefined && algorithmNamed(named) !== algorithm) throw invalidRequest("Value for x-amz-sdk-checksum-algorithm header is invalid.");
  const value = headers[checksumHeader(algorithm)] ?? "";
  if (!isChecksumText(algorithm, value)) throw invalidRequest(`Value for ${checksumHeader(algorithm)} header is invalid.`);
  return { algorithm, value };
}

/** Reads the promises of an upload's headers, before any byte. Throws what S3 answers to a missing length or a malformed digest. */
export function promised({ headers, body }: Pick<S3Context, "headers" | "body">): Promised {
  if (body.contentLength === undefined) {
    if (headers["transfer-encoding"] !== undefined) throw notImplemented("Transfer-Encoding");
    throw fault("MissingContentLength", { message: "You must provide the Content-Length HTTP header.", status: 411 });
  }
  if (body.contentLength > limits.s3.putBytesMax) throw entityTooLarge(body.contentLength);
  return { sizeBytes: body.contentLength, md5: promisedMd5(headers["content-md5"]), checksum: promisedChecksum(headers) };
}

const incompleteBody = (): Fault =>
  fault("IncompleteBody", { message: "You did not provide the number of bytes specified by the Content-Length HTTP header", status: 400 });

const base64OfHex = (hex: string): string => Buffer.from(hex, "hex").toString("base64");

export function badMd5(expected: string, calculated: string): Fault {
  return fault("BadDigest", {
    message: "The Content-MD5 you specified did not match what we received.", status: 400,
    ExpectedDigest: base64OfHex(expected), CalculatedDigest: base64OfHex(calculated),
  });
}

/** A blob is named by the SHA-256 of its content, so that checksum costs nothing more. */
const digestFor = (algorithm: ChecksumAlgorithm): Digest | undefined => (algorithm === "SHA256" ? undefined : openDigest(algorithm));

export interface Wishes {
  /** Computed when the client speaks of none; by default CRC64NVME. */
  readonly algorithm?: ChecksumAlgorithm;
  /** A second one, computed but not compared. */
  readonly also?: ChecksumAlgorithm;
}

/** Takes a body in. Rejects with IncompleteBody or BadDigest when it is not what was promised, and then keeps nothing. */
export async function takeBody(
  source: AsyncIterable<Uint8Array>, promise: Promised, context: Pick<S3Context, "body"> & { readonly blobs: Pick<Blobs, "write"> }, wishes: Wishes = {},
): Promise<Taken> {
  const { also } = wishes;
  const algorithm = promise.checksum?.algorithm ?? wishes.algorithm ?? defaultAlgorithm;
  const md5 = createHash("md5");
  const digest = digestFor(algorithm);
  const second = also !== undefined && also !== algorithm ? openDigest(also) : undefined;
  let sizeBytes = 0;
  let etag = "";
  let value = "";
  async function* tapped(): AsyncGenerator<Uint8Array> {
    for await (const chunk of source) {
      sizeBytes += chunk.length;
      if (promise.sizeBytes !== undefined && sizeBytes > promise.sizeBytes) throw incompleteBody();
      md5.update(chunk);
      digest?.update(chunk);
      second?.update(chunk);
      yield chunk;
    }
    if (promise.sizeBytes !== undefined && sizeBytes < promise.sizeBytes) throw incompleteBody();
    etag = md5.digest("hex");
    if (promise.md5 !== undefined && promise.md5 !== etag) throw badMd5(promise.md5, etag);
    if (digest) value = digest.value();
    if (digest && promise.checksum) await compare(promise.checksum, value, context);
  }
  const blob = await context.blobs.write(tapped());
  if (!digest) {
    value = base64OfHex(blob.id);
    if (promise.checksum) await compare(promise.checksum, value, context);
  }
  return { blob, etag, sizeBytes, checksum: { algorithm, value }, also: also === undefined ? undefined : (second?.value() ?? value) };
}

async function compare(checksum: NonNullable<Promised["checksum"]>, computed: string, context: Pick<S3Context, "body">): Promise<void> {
  const expected = checksum.value ?? (await context.body.trailers())[checksumHeader(checksum.algorithm)];
  if (expected === undefined) throw fault("MalformedTrailerError", { message: "The request contained trailing data that was not well-formed or did not conform to our published schema.", status: 400 });
  if (!isChecksumText(checksum.algorithm, expected)) throw invalidRequest(`Value for ${checksumHeader(checksum.algorithm)} trailing header is invalid.`);
  if (expected !== computed) throw badChecksum(checksum.algorithm);
}
