// Digests of an object that is here already, for copies whose checksum can not be taken over.
import { createHash } from "node:crypto";
import { bodyChunks } from "./bodies.ts";
import { type Checksum, type ChecksumAlgorithm, openDigest } from "./checksums.ts";
import type { S3Context } from "./op.ts";
import type { ObjectRecord } from "./records.ts";

export interface Digests {
  /** MD5 as lower-case hex. */
  readonly etag: string;
  readonly checksum: Checksum;
}

/** Reads the object's bytes once, in constant memory. */
export async function wholeDigests(context: Pick<S3Context, "store" | "blobs">, object: ObjectRecord, algorithm: ChecksumAlgorithm): Promise<Digests> {
  const md5 = createHash("md5");
  const digest = openDigest(algorithm);
  for await (const chunk of bodyChunks(context, object)) {
    md5.update(chunk);
    digest.update(chunk);
  }
  return { etag: md5.digest("hex"), checksum: { algorithm, value: digest.value(), type: "FULL_OBJECT" } };
}
