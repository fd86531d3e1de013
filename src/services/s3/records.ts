// What S3 keeps in the store: buckets, objects and their older versions, uploads and parts; and under which keys.
import type { Key } from "../../ports/store.ts";
import type { Checksum, ChecksumAlgorithm, ChecksumType } from "./checksums.ts";

export interface Tag {
  readonly Key: string;
  readonly Value: string;
}

/** Who hears of what: a function, a queue or a topic. */
export type NotificationTarget = NotificationRule & ({ readonly functionArn: string } | { readonly queueArn: string } | { readonly topicArn: string });

export interface NotificationRule {
  readonly id: string;
  /** As sent: `s3:ObjectCreated:*`. */
  readonly events: readonly string[];
  readonly filters?: readonly { readonly name: "prefix" | "suffix"; readonly value: string }[];
}

export interface PublicAccessBlock {
  readonly BlockPublicAcls: boolean;
  readonly IgnorePublicAcls: boolean;
  readonly BlockPublicPolicy: boolean;
  readonly RestrictPublicBuckets: boolean;
}

/** Key `["s3", "bucket", name]`: names are global per server, as in AWS. */
export interface BucketRecord {
  readonly name: string;
  readonly account: string;
  readonly region: string;
  readonly createdMs: number;
  /** Absent: never enabled. */
  readonly versioning?: "Enabled" | "Suspended";
  readonly tags?: readonly Tag[];
  /** The policy document as sent. */
  readonly policy?: string;
  readonly notifications?: readonly NotificationTarget[];
  /** Whether EventBridge hears of everything that happens. */
  readonly tellsBus?: boolean;
  readonly ownershipControls: boolean;
  readonly publicAccessBlock?: PublicAccessBlock;
  /** Somebody is about to delete the bucket; whoever writes into it first breaks the seal in the same commit (see `buckets.ts`). */
  readonly sealed?: boolean;
}

/** Headers kept with an object and given back as they came. */
export interface ContentHeaders {
  readonly contentType?: string;
  readonly cacheControl?: string;
  readonly contentDisposition?: string;
  readonly contentEncoding?: string;
  readonly contentLanguage?: string;
  /** As sent: S3 does not insist on a date. */
  readonly expires?: string;
}

/** `count` parts of `sizeBytes` bytes, numbered upward from `first`. */
export type PartRun = readonly [first: number, count: number, sizeBytes: number];

/** Where the bytes are: nowhere (empty), in one blob, or in the blobs of the parts stored under the object's id. */
export type Body =
  | { readonly kind: "blob"; readonly blobId: string }
  | { readonly kind: "parts"; readonly runs: readonly PartRun[] };

export interface ObjectRecord extends ContentHeaders {
  readonly kind: "object";
  /** Names this version for all time; owns its blobs. For a multipart object it is the upload id. */
  readonly id: string;
  /** `null` for what was written while versioning was not enabled. */
  readonly versionId: string;
  readonly stamp: number;
  readonly modifiedMs: number;
  readonly sizeBytes: number;
  /** Without the quotes. */
  readonly etag: string;
  readonly body: Body;
  /** True when it was made by a multipart upload (a copy of such an object is not). */
  readonly multipart?: boolean;
  readonly checksum: Checksum;
  readonly metadata: Readonly<Record<string, string>>;
  readonly tags?: readonly Tag[];
}

export interface DeleteMarker {
  readonly kind: "marker";
  readonly id: string;
  readonly versionId: string;
  readonly stamp: number;
  readonly modifiedMs: number;
}

export type VersionRecord = ObjectRecord | DeleteMarker;

/** Exists while a key has records in the version space; every change of those rewrites it, so a check on it sees them all. */
export interface LineageRecord {
  /** The greatest stamp the key ever had, so that a clock set back can not disorder its versions. */
  readonly lastStamp: number;
  /** Stamp of the null version when it is among the older versions. */
  readonly nullStamp?: number;
}

export interface UploadRecord extends ContentHeaders {
  readonly id: string;
  readonly bucket: string;
  readonly key: string;
  readonly initiatedMs: number;
  readonly initiator: string;
  readonly metadata: Readonly<Record<string, string>>;
  readonly tags?: readonly Tag[];
  readonly checksum?: { readonly algorithm: ChecksumAlgorithm; readonly type: ChecksumType };
  /** Somebody is about to complete it; a part written meanwhile breaks the seal in the same commit. */
  readonly sealed?: boolean;
}

/** Key `["s3", "part", id, number]`, of an upload and then, unmoved, of the object made from it. */
export interface PartRecord {
  readonly number: number;
  readonly blobId: string;
  readonly sizeBytes: number;
  readonly etag: string;
  readonly modifiedMs: number;
  /** The checksum the client may see. */
  readonly checksum: Checksum;
  /** CRC64NVME, where `checksum` is another and the whole object will need it. */
  readonly crc64nvme?: string;
}

const ROOM = "s3";

export const keys = {
  bucket: (bucket: string): Key => [ROOM, "bucket", bucket],
  buckets: [ROOM, "bucket"] as Key,
  /** Index of an account's buckets. */
  owned: (account: string, bucket: string): Key => [ROOM, "owned", account, bucket],
  ownedBy: (account: string): Key => [ROOM, "owned", account],
  /** The current version, when it is no delete marker. */
  object: (bucket: string, key: string): Key => [ROOM, "object", bucket, key],
  objects: (bucket: string): Key => [ROOM, "object", bucket],
  /** Every other version, newest first. */
  version: (bucket: string, key: string, stamp: number): Key => [ROOM, "version", bucket, key, -stamp],
  versionsOf: (bucket: string, key: string): Key => [ROOM, "version", bucket, key],
  versions: (bucket: string): Key => [ROOM, "version", bucket],
  lineage: (bucket: string, key: string): Key => [ROOM, "lineage", bucket, key],
  upload: (bucket: string, key: string, id: string): Key => [ROOM, "upload", bucket, key, id],
  uploads: (bucket: string): Key => [ROOM, "upload", bucket],
  part: (id: string, number: number): Key => [ROOM, "part", id, number],
  parts: (id: string): Key => [ROOM, "part", id],
  /** Owner of an object's single blob. */
  body: (id: string): Key => [ROOM, "body", id],
};
