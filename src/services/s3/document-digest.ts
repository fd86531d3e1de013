// Digests of documents: DeleteObjects and most configurations of a bucket must come with one, and any that comes must be right.
import { createHash } from "node:crypto";
import { checksumHeader, badChecksum, openDigest } from "./checksums.ts";
import { invalidRequest } from "./errors.ts";
import { badMd5, promisedChecksum, promisedMd5 } from "./intake.ts";
import type { S3Context } from "./op.ts";

/** Throws BadDigest or InvalidDigest for a wrong Content-MD5 or checksum, InvalidRequest when one is required and missing. */
export async function checkDocument({ headers, body }: Pick<S3Context, "headers" | "body">, required: "required" | "optional"): Promise<void> {
  const md5 = promisedMd5(headers["content-md5"]);
  const checksum = promisedChecksum(headers);
  if (body.bytes === undefined) return;
  if (md5 === undefined && checksum === undefined && required === "required") {
    throw invalidRequest("Missing required header for this request: Content-MD5 OR x-amz-checksum-*");
  }
  if (md5 !== undefined) {
    const computed = createHash("md5").update(body.bytes).digest("hex");
    if (computed !== md5) throw badMd5(md5, computed);
  }
  if (checksum) {
    const digest = openDigest(checksum.algorithm);
    digest.update(body.bytes);
    const expected = checksum.value ?? (await body.trailers())[checksumHeader(checksum.algorithm)];
    if (expected !== digest.value()) throw badChecksum(checksum.algorithm);
  }
}
