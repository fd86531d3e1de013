// ListObjectVersions: every version and delete marker, by key and then newest first.
import { findBucket } from "../buckets.ts";
import { nameWriter, pageSize } from "../listing.ts";
import type { Op } from "../op.ts";
import { ownerOf } from "../owner.ts";
import { refuseUnbuilt } from "../refusals.ts";
import { type ListedVersion, listVersionsOf } from "../version-listing.ts";
import { listedVersionView, wireTime } from "../views.ts";

export const listObjectVersions: Op<"ListObjectVersions"> = async (input, context) => {
  refuseUnbuilt(context.headers);
  const { value: bucket } = await findBucket(input, context);
  const limit = pageSize(input.MaxKeys, "max-keys", "maxKeys");
  const text = nameWriter(input.EncodingType);
  const { Prefix: prefix = "", Delimiter: delimiter = "" } = input;
  const listed = await listVersionsOf(context, bucket, { prefix, delimiter, keyMarker: input.KeyMarker, versionMarker: input.VersionIdMarker, limit });
  const Owner = ownerOf(bucket.account);
  const ofKind = <K extends ListedVersion["record"]["kind"]>(kind: K) =>
    listed.versions.filter((version): version is ListedVersion & { readonly record: { readonly kind: K } } => version.record.kind === kind);
  return {
    Name: bucket.name,
    Prefix: text(prefix),
    KeyMarker: text(input.KeyMarker ?? ""),
    VersionIdMarker: input.VersionIdMarker ?? "",
    NextKeyMarker: listed.next && text(listed.next.name),
    NextVersionIdMarker: listed.next?.versionId,
    Delimiter: input.Delimiter && text(input.Delimiter),
    EncodingType: input.EncodingType,
    MaxKeys: limit,
    IsTruncated: listed.next !== undefined,
    Versions: ofKind("object").map(({ key, record, isLatest }) => listedVersionView(text(key), record, Owner, isLatest)),
    DeleteMarkers: ofKind("marker").map(({ key, record, isLatest }) => ({
      Key: text(key), VersionId: record.versionId, IsLatest: isLatest, LastModified: wireTime(record.modifiedMs), Owner,
    })),
    CommonPrefixes: listed.prefixes.map((name) => ({ Prefix: text(name) })),
  };
};
