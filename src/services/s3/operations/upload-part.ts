// UploadPart: the bytes of one part, which stay where they are when the upload becomes an object.
import { findBucket } from "../buckets.ts";
import { checksumMembers } from "../checksums.ts";
import { promised, takeBody } from "../intake.ts";
import type { Op } from "../op.ts";
import { refuseUnbuilt } from "../refusals.ts";
import { checkPartNumber, findUpload, keepPart, partWishes } from "../uploads.ts";
import { encryption, quoted } from "../views.ts";

export const uploadPart: Op<"UploadPart"> = async (input, context) => {
  const number = checkPartNumber(input.PartNumber);
  refuseUnbuilt(context.headers);
  const promise = promised(context);
  await findBucket(input, context);
  const upload = await findUpload(input, context);
  const taken = await takeBody(input.Body, promise, context, partWishes(upload.value, promise));
  const { part } = await keepPart(input, number, taken, context);
  return { ETag: quoted(part.etag), ...checksumMembers(part.checksum), ...encryption };
};
