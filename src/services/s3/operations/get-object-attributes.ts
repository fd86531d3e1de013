// GetObjectAttributes: facts about an object, by name, without its bytes.
import { findBucket } from "../buckets.ts";
import { listParts } from "../bodies.ts";
import { checksumMembers } from "../checksums.ts";
import { invalidArgument } from "../errors.ts";
import { findObject } from "../objects.ts";
import type { Input, Op, S3Context } from "../op.ts";
import { partsCount } from "../part-runs.ts";
import type { ObjectRecord, PartRecord } from "../records.ts";
import { refuseUnbuilt } from "../refusals.ts";
import { shownVersion, wireTime } from "../views.ts";

const known = new Set(["ETag", "Checksum", "ObjectParts", "StorageClass", "ObjectSize"]);

export const getObjectAttributes: Op<"GetObjectAttributes"> = async (input, context) => {
  refuseUnbuilt(context.headers);
  const wanted = new Set<string>((input.ObjectAttributes ?? []).flatMap((names) => names.split(",").map((name) => name.trim())));
  if (wanted.size === 0 || [...wanted].some((name) => !known.has(name))) throw invalidArgument("Invalid attribute name specified.", "ObjectAttributes", [...wanted].join(","));
  const { value: bucket } = await findBucket(input, context);
  const { value: object } = await findObject(input, bucket, context);
  const { checksum } = object;
  return {
    LastModified: wireTime(object.modifiedMs),
    VersionId: shownVersion(bucket, object.versionId),
    ETag: wanted.has("ETag") ? object.etag : undefined,
    StorageClass: wanted.has("StorageClass") ? "STANDARD" : undefined,
    ObjectSize: wanted.has("ObjectSize") ? object.sizeBytes : undefined,
    // Here a composite checksum comes without its count of parts. Recorded from the original.
    Checksum: wanted.has("Checksum") ? { ...checksumMembers({ ...checksum, value: checksum.value.replace(/-\d+$/, "") }), ChecksumType: checksum.type } : undefined,
    ObjectParts: wanted.has("ObjectParts") && object.multipart ? await partsView(input, object, context) : undefined,
  };
};

const attributesOfPart = (part: PartRecord) => ({ PartNumber: part.number, Size: part.sizeBytes, ...checksumMembers(part.checksum) });

const PARTS_MAX = 1000;

/** Parts are listed only where the client gave each a checksum. */
async function partsView({ MaxParts, PartNumberMarker }: Input<"GetObjectAttributes">, { id, body, checksum }: ObjectRecord, { store }: S3Context) {
  const total = body.kind === "parts" ? partsCount(body.runs) : 1;
  if (checksum.type === "FULL_OBJECT") return { TotalPartsCount: total };
  const marker = Number(PartNumberMarker ?? 0) || 0;
  const limit = Math.min(MaxParts ?? PARTS_MAX, PARTS_MAX);
  const parts = (await listParts(store, id)).map((part) => part.value).filter((part) => part.number > marker);
  const shown = parts.slice(0, limit);
  return {
    TotalPartsCount: total,
    PartNumberMarker: String(marker),
    NextPartNumberMarker: String(shown.at(-1)?.number ?? 0),
    MaxParts: limit,
    IsTruncated: parts.length > limit,
    Parts: shown.map(attributesOfPart),
  };
}
