// What objects look like in answers: the headers of GetObject and HeadObject, and the entries of listings.
import type { ObjectVersion, _Object, Owner } from "@aws-sdk/client-s3";
import { metadataHeaders } from "./attributes.ts";
import { type Checksum, checksumMembers } from "./checksums.ts";
import type { BucketRecord, ObjectRecord } from "./records.ts";

/** S3 tells times in whole seconds. */
export const wireTime = (ms: number): Date => new Date(Math.floor(ms / 1000) * 1000);

export const quoted = (etag: string): string => `"${etag}"`;

/** In a bucket that was never versioned no version ids are shown. */
export const shownVersion = (bucket: BucketRecord, versionId: string): string | undefined => (bucket.versioning === undefined ? undefined : versionId);

/** Every object is said to be encrypted so, as in the original, where it is the floor since 2023. */
export const encryption = { ServerSideEncryption: "AES256" } as const;

/** The members every write of an object answers with. */
export function writtenView(bucket: BucketRecord, object: ObjectRecord) {
  return { ETag: quoted(object.etag), ...checksumView(object.checksum), ...encryption, VersionId: shownVersion(bucket, object.versionId) };
}

export const checksumView = (checksum: Checksum) => ({ ...checksumMembers(checksum), ChecksumType: checksum.type });

/** The members that GetObject and HeadObject have in common; those of a 304 are a part of them. */
export function objectView(bucket: BucketRecord, object: ObjectRecord) {
  return {
    AcceptRanges: "bytes",
    LastModified: wireTime(object.modifiedMs),
    ETag: quoted(object.etag),
    VersionId: shownVersion(bucket, object.versionId),
    CacheControl: object.cacheControl,
    ContentDisposition: object.contentDisposition,
    ContentEncoding: object.contentEncoding,
    ContentLanguage: object.contentLanguage,
    ContentType: object.contentType ?? "binary/octet-stream",
    Metadata: metadataHeaders(object.metadata),
    TagCount: object.tags?.length || undefined,
    ...encryption,
  };
}

/** `key` as it is to be written, `owner` where the answer names it. */
export function listedView(key: string, object: ObjectRecord, owner?: Owner) {
  return {
    Key: key,
    Owner: owner,
    LastModified: wireTime(object.modifiedMs),
    ETag: quoted(object.etag),
    ChecksumAlgorithm: [object.checksum.algorithm],
    ChecksumType: object.checksum.type,
    Size: object.sizeBytes,
    StorageClass: "STANDARD",
  } as const satisfies _Object;
}

export function listedVersionView(key: string, object: ObjectRecord, owner: Owner, isLatest: boolean): ObjectVersion {
  return { ...listedView(key, object, owner), VersionId: object.versionId, IsLatest: isLatest };
}
