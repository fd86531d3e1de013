// UploadPartCopy: a part taken from an object that is here already, or from a range of it.
import { bodyChunks } from "../bodies.ts";
import { findBucket } from "../buckets.ts";
import { checksumMembers } from "../checksums.ts";
import { findSource, parseCopySource } from "../copy-source.ts";
import { entityTooLarge } from "../errors.ts";
import { type Promised, takeBody } from "../intake.ts";
import { limits } from "../../../kernel/limits.ts";
import type { Op } from "../op.ts";
import { parseCopyRange } from "../ranges.ts";
import { refuseUnbuilt } from "../refusals.ts";
import { checkPartNumber, findUpload, keepPart, partWishes } from "../uploads.ts";
import { encryption, quoted, shownVersion, wireTime } from "../views.ts";

export const uploadPartCopy: Op<"UploadPartCopy"> = async (input, context) => {
  const number = checkPartNumber(input.PartNumber);
  refuseUnbuilt(context.headers);
  await findBucket(input, context);
  const upload = await findUpload(input, context);
  const { bucket, entry } = await findSource(parseCopySource(input.CopySource), input, context);
  const range = parseCopyRange(input.CopySourceRange, entry.value.sizeBytes);
  const sizeBytes = range.end - range.start;
  if (sizeBytes > limits.s3.putBytesMax) throw entityTooLarge(sizeBytes);

  const promise: Promised = { sizeBytes, md5: undefined, checksum: undefined };
  // The upload's own algorithm, for no client says a checksum that could be compared.
  const wishes = upload.value.checksum ? { algorithm: upload.value.checksum.algorithm } : partWishes(upload.value, promise);
  const taken = await takeBody(bodyChunks(context, entry.value, range), promise, context, wishes);
  const { part } = await keepPart(input, number, taken, context);
  return {
    CopySourceVersionId: shownVersion(bucket, entry.value.versionId),
    CopyPartResult: { ETag: quoted(part.etag), LastModified: wireTime(part.modifiedMs), ...checksumMembers(part.checksum) },
    ...encryption,
  };
};
