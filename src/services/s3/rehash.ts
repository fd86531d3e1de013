// Digests of an object that is here already, for copies whose checksum can not be taken over.
import { createHash } from "node:crypto";
import type { Readable } from "node:stream";
import { readBody } from "./bodies.ts";
import { type Checksum, type ChecksumAlgorithm, openDigest } from "./checksums.ts";
import type { S3Context } from "./op.ts";
import type { ByteRange } from "./ranges.ts";
import type { ObjectRecord } from "./records.ts";

export interface Digests {
  /** MD5 as lower-case hex. */
  readonly etag: string;
  readonly checksum: Checksum;
}

async function* chunksOf(body: Readable | Uint8Array): AsyncGenerator<Uint8Array> {
  if (body instanceof Uint8Array) yield body;
  else yield* body as AsyncIterable<Uint8Array>;
}

/** Reads the object's bytes once, in constant memory. */
export async function wholeDigests(context: Pick<S3Context, "store" | "blobs">, object: ObjectRecord, algorithm: ChecksumAlgorithm, range?: ByteRange): Promise<Digests> {
  const md5 = createHash("md5");
  const digest = openDigest(algorithm);
  for await (const chunk of chunksOf(await readBody(context, object, range))) {
    md5.update(chunk);
    digest.update(chunk);
  }
  return { etag: md5.digest("hex"), checksum: { algorithm, value: digest.value(), type: "FULL_OBJECT" } };
}
