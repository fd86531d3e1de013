// Every operation that has a handler answers the official client: once for real, and never with an internal error.
import * as sdk from "@aws-sdk/client-s3";
import { afterAll, beforeAll, expect, test } from "vitest";
import { s3 } from "../../src/services/s3/service.ts";
import { openS3, type S3Cloud } from "./s3-harness.ts";

let cloud: S3Cloud;
let client: sdk.S3Client;
const Bucket = "everything";
const at = { Bucket, Key: "k" };

beforeAll(async () => {
  cloud = await openS3();
  client = cloud.client();
});
afterAll(() => cloud[Symbol.asyncDispose]());

type Make = new (input: object) => Parameters<sdk.S3Client["send"]>[0];

async function call(operation: string, input: object): Promise<unknown> {
  const Command = (sdk as unknown as Readonly<Record<string, Make>>)[`${operation}Command`];
  if (!Command) throw new Error(`the client has no ${operation}`);
  return client.send(new Command(input));
}

/** In the order of a bucket's life. A code behind an operation: the answer of a bucket where nothing of the kind was ever configured. */
const life: readonly (readonly [operation: string, input: object, code?: string])[] = [
  ["CreateBucket", { Bucket }],
  ["HeadBucket", { Bucket }],
  ["ListBuckets", {}],
  ["GetBucketLocation", { Bucket }],
  ["GetBucketVersioning", { Bucket }],
  ["PutBucketVersioning", { Bucket, VersioningConfiguration: { Status: "Enabled" } }],
  ["GetBucketTagging", { Bucket }, "NoSuchTagSet"],
  ["PutBucketTagging", { Bucket, Tagging: { TagSet: [{ Key: "a", Value: "b" }] } }],
  ["DeleteBucketTagging", { Bucket }],
  ["GetBucketPolicy", { Bucket }, "NoSuchBucketPolicy"],
  ["GetBucketPolicyStatus", { Bucket }, "NoSuchBucketPolicy"],
  ["PutBucketPolicy", { Bucket, Policy: JSON.stringify({ Statement: [{ Effect: "Deny", Principal: "*", Action: "s3:*", Resource: `arn:aws:s3:::${Bucket}/*` }] }) }],
  ["DeleteBucketPolicy", { Bucket }],
  ["PutBucketNotificationConfiguration", { Bucket, NotificationConfiguration: {} }],
  ["GetBucketNotificationConfiguration", { Bucket }],
  ["GetBucketAcl", { Bucket }],
  ["PutBucketAcl", { Bucket, ACL: "private" }],
  ["GetBucketOwnershipControls", { Bucket }],
  ["DeleteBucketOwnershipControls", { Bucket }],
  ["GetBucketOwnershipControls", { Bucket }, "OwnershipControlsNotFoundError"],
  ["PutBucketOwnershipControls", { Bucket, OwnershipControls: { Rules: [{ ObjectOwnership: "BucketOwnerEnforced" }] } }],
  ["GetPublicAccessBlock", { Bucket }],
  ["PutPublicAccessBlock", { Bucket, PublicAccessBlockConfiguration: { BlockPublicAcls: true } }],
  ["DeletePublicAccessBlock", { Bucket }],
  ["GetBucketEncryption", { Bucket }],
  ["PutBucketEncryption", { Bucket, ServerSideEncryptionConfiguration: { Rules: [{ ApplyServerSideEncryptionByDefault: { SSEAlgorithm: "AES256" } }] } }],
  ["DeleteBucketEncryption", { Bucket }],
  ["GetBucketCors", { Bucket }, "NoSuchCORSConfiguration"],
  ["GetBucketWebsite", { Bucket }, "NoSuchWebsiteConfiguration"],
  ["GetBucketLifecycleConfiguration", { Bucket }, "NoSuchLifecycleConfiguration"],
  ["GetBucketReplication", { Bucket }, "ReplicationConfigurationNotFoundError"],
  ["GetObjectLockConfiguration", { Bucket }, "ObjectLockConfigurationNotFoundError"],
  ["GetBucketLogging", { Bucket }],
  ["GetBucketAccelerateConfiguration", { Bucket }],
  ["GetBucketRequestPayment", { Bucket }],
  ["PutObject", { ...at, Body: "x" }],
  ["GetObject", at],
  ["HeadObject", at],
  ["GetObjectAttributes", { ...at, ObjectAttributes: ["ETag"] }],
  ["GetObjectAcl", at],
  ["PutObjectAcl", { ...at, ACL: "bucket-owner-full-control" }],
  ["PutObjectTagging", { ...at, Tagging: { TagSet: [{ Key: "a", Value: "b" }] } }],
  ["GetObjectTagging", at],
  ["DeleteObjectTagging", at],
  ["CopyObject", { Bucket, Key: "copy", CopySource: `${Bucket}/k` }],
  ["ListObjects", { Bucket }],
  ["ListObjectsV2", { Bucket }],
  ["ListObjectVersions", { Bucket }],
  ["CreateMultipartUpload", at],
  ["ListMultipartUploads", { Bucket }],
  ["UploadPart", { ...at, UploadId: "gone", PartNumber: 1, Body: "x" }, "NoSuchUpload"],
  ["UploadPartCopy", { ...at, UploadId: "gone", PartNumber: 1, CopySource: `${Bucket}/k` }, "NoSuchUpload"],
  ["ListParts", { ...at, UploadId: "gone" }, "NoSuchUpload"],
  ["CompleteMultipartUpload", { ...at, UploadId: "gone", MultipartUpload: { Parts: [{ PartNumber: 1, ETag: "x" }] } }, "NoSuchUpload"],
  ["AbortMultipartUpload", { ...at, UploadId: "gone" }, "NoSuchUpload"],
  ["DeleteObject", at],
  ["DeleteObjects", { Bucket, Delete: { Objects: [{ Key: "copy" }] } }],
  ["DeleteBucket", { Bucket }, "BucketNotEmpty"],
];

test.each(life.map(([operation, input, code]) => ({ operation, input, code })))("$operation", async ({ operation, input, code }) => {
  const answered = await call(operation, input).then(() => undefined, (error: Error) => error.name);
  expect(answered).toBe(code);
});

test("and there is no other handler", () => {
  // The client signs forms and does not send them: s3-forms.test.ts does.
  expect([...cloud.exercised, "PostObject"].toSorted()).toEqual(Object.keys(s3.handlers).toSorted());
  expect(cloud.cloud.failures).toEqual([]);
});

test("settings that would be stored and ignored are refused with the operation's name", async () => {
  const refused: readonly (readonly [string, object])[] = [
    ["PutBucketCors", { Bucket, CORSConfiguration: { CORSRules: [{ AllowedMethods: ["GET"], AllowedOrigins: ["*"] }] } }],
    ["PutBucketWebsite", { Bucket, WebsiteConfiguration: { IndexDocument: { Suffix: "index.html" } } }],
    ["PutBucketLifecycleConfiguration", { Bucket, LifecycleConfiguration: { Rules: [{ Status: "Enabled", Filter: { Prefix: "" }, Expiration: { Days: 1 } }] } }],
  ];
  for (const [operation, input] of refused) {
    await expect(call(operation, input)).rejects.toMatchObject({ name: "NotImplemented", message: expect.stringContaining(operation) });
  }
});
