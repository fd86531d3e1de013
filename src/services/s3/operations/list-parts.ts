// ListParts: what of an upload has come so far.
import { checksumMembers } from "../checksums.ts";
import { findBucket } from "../buckets.ts";
import { pageSize } from "../listing.ts";
import type { Op } from "../op.ts";
import { ownerOf } from "../owner.ts";
import { keys, type PartRecord } from "../records.ts";
import { refuseUnbuilt } from "../refusals.ts";
import { findUpload } from "../uploads.ts";
import { quoted, wireTime } from "../views.ts";

export const listParts: Op<"ListParts"> = async (input, context) => {
  refuseUnbuilt(context.headers);
  const { value: bucket } = await findBucket(input, context);
  const { value: upload } = await findUpload(input, context);
  const limit = pageSize(input.MaxParts, "max-parts", "max-parts");
  const marker = Number(input.PartNumberMarker ?? 0) || 0;
  const prefix = keys.parts(upload.id);
  const shown = limit === 0 ? [] : await context.store.list<PartRecord>({ prefix, after: keys.part(upload.id, marker), limit });
  const last = shown.at(-1);
  const more = last !== undefined && shown.length === limit && (await context.store.list({ prefix, after: last.key, limit: 1 })).length > 0;
  return {
    Bucket: bucket.name, Key: upload.key, UploadId: upload.id,
    PartNumberMarker: String(marker),
    NextPartNumberMarker: String(last?.value.number ?? 0),
    MaxParts: limit,
    IsTruncated: more,
    Parts: shown.map(({ value: part }) => partView(part)),
    Initiator: ownerOf(upload.initiator),
    Owner: ownerOf(bucket.account),
    StorageClass: "STANDARD",
    ChecksumAlgorithm: upload.checksum?.algorithm,
    ChecksumType: upload.checksum?.type,
  };
};

const partView = (part: PartRecord) => ({
  PartNumber: part.number, LastModified: wireTime(part.modifiedMs), ETag: quoted(part.etag), Size: part.sizeBytes, ...checksumMembers(part.checksum),
});
