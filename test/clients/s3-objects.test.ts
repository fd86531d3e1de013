// Objects through the door with the official JavaScript client: put, get, head, copy, delete and their conditions.
import { createHash } from "node:crypto";
import { Readable } from "node:stream";
import {
  CopyObjectCommand, CreateBucketCommand, DeleteObjectCommand, DeleteObjectsCommand, DeleteObjectTaggingCommand, GetObjectAclCommand, GetObjectAttributesCommand,
  GetObjectCommand, GetObjectTaggingCommand, HeadObjectCommand, PutObjectAclCommand, PutObjectCommand, PutObjectTaggingCommand, type S3Client,
} from "@aws-sdk/client-s3";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { failure, openS3, type S3Cloud } from "./s3-harness.ts";

let cloud: S3Cloud;
let client: S3Client;
const Bucket = "objects";

beforeAll(async () => {
  cloud = await openS3();
  client = cloud.client();
  await client.send(new CreateBucketCommand({ Bucket }));
});
afterAll(() => cloud[Symbol.asyncDispose]());

const put = (Key: string, Body: string | Uint8Array, more: object = {}) => client.send(new PutObjectCommand({ Bucket, Key, Body, ...more }));
const head = (Key: string, more: object = {}) => client.send(new HeadObjectCommand({ Bucket, Key, ...more }));
const get = async (Key: string, more: object = {}): Promise<string> => {
  const { Body } = await client.send(new GetObjectCommand({ Bucket, Key, ...more }));
  return (await Body?.transformToString()) ?? "";
};
const md5 = (text: string | Uint8Array): string => `"${createHash("md5").update(text).digest("hex")}"`;

describe("put and get", () => {
  test("what was put comes back, with what the original says beside it", async () => {
    const written = await put("a/b c.txt", "hello");
    expect(written).toMatchObject({ ETag: md5("hello"), ServerSideEncryption: "AES256", ChecksumCRC32: "NhCmhg==", ChecksumType: "FULL_OBJECT" });
    const read = await client.send(new GetObjectCommand({ Bucket, Key: "a/b c.txt" }));
    expect(await read.Body?.transformToString()).toBe("hello");
    expect(read).toMatchObject({ ContentLength: 5, AcceptRanges: "bytes", ETag: written.ETag, Metadata: {}, ChecksumCRC32: "NhCmhg==", ServerSideEncryption: "AES256" });
    expect([read.VersionId, read.StorageClass, read.LastModified?.getMilliseconds()]).toEqual([undefined, undefined, 0]);
  });

  test("without a word of the client's the type is binary/octet-stream and the checksum CRC64NVME", async () => {
    const reply = await fetch(`${cloud.endpoint}/${Bucket}/plain`, { method: "PUT", body: new Uint8Array(Buffer.from("123456789")) });
    expect([reply.status, reply.headers.get("x-amz-checksum-crc64nvme"), reply.headers.get("x-amz-checksum-type")]).toEqual([200, "rosUhgp5mIg=", "FULL_OBJECT"]);
    expect(await head("plain", { ChecksumMode: "ENABLED" })).toMatchObject({ ContentType: "binary/octet-stream", ChecksumCRC64NVME: "rosUhgp5mIg=" });
  });

  test("a missing key and a missing bucket are told apart", async () => {
    expect(await failure(get("nothing"))).toMatchObject({ name: "NoSuchKey", message: "The specified key does not exist.", Key: "nothing", status: 404 });
    expect(await failure(head("nothing"))).toMatchObject({ name: "NotFound", status: 404 });
    expect(await failure(client.send(new GetObjectCommand({ Bucket: "nobucket", Key: "x" })))).toMatchObject({
      name: "NoSuchBucket", message: "The specified bucket does not exist", BucketName: "nobucket", status: 404,
    });
  });

  test("headers and metadata come back as they went in", async () => {
    await put("headers", "x", {
      ContentType: "text/plain; charset=utf-8", CacheControl: "max-age=1", ContentDisposition: "inline", ContentEncoding: "gzip", ContentLanguage: "es",
      Expires: new Date("2030-01-01T00:00:00Z"), Metadata: { Color: "blue" }, Tagging: "a=1&b=2",
    });
    expect(await head("headers")).toMatchObject({
      ContentType: "text/plain; charset=utf-8", CacheControl: "max-age=1", ContentDisposition: "inline", ContentEncoding: "gzip", ContentLanguage: "es",
      ExpiresString: "Tue, 01 Jan 2030 00:00:00 GMT", Metadata: { color: "blue" }, ContentLength: 1, TagCount: 2,
    });
    const overridden = await client.send(new GetObjectCommand({ Bucket, Key: "headers", ResponseContentType: "text/html", ResponseCacheControl: "no-store", ResponseExpires: new Date("2031-01-01T00:00:00Z") }));
    expect(overridden).toMatchObject({ ContentType: "text/html", CacheControl: "no-store", ExpiresString: "Wed, 01 Jan 2031 00:00:00 GMT", ContentLanguage: "es" });
  });

  test("metadata beyond ASCII comes back as an encoded word of the header's bytes, as in the original", async () => {
    await put("nonascii", "x", { Metadata: { name: "ÄMÄZÕÑ S3" } });
    const seen = (await head("nonascii")).Metadata?.["name"];
    expect(seen).toMatch(/^=\?UTF-8\?B\?.*\?=$/);
    await put("encoded", "x", { Metadata: { name: "=?UTF-8?B?w4PChE3Dg8KEWsODwpXDg8KRIFMz?=" } });
    expect((await head("encoded")).Metadata?.["name"]).toBe("=?UTF-8?B?w4PChE3Dg8KEWsODwpXDg8KRIFMz?=");
  });

  test("ranges and parts", async () => {
    await put("digits", "0123456789");
    const part = await client.send(new GetObjectCommand({ Bucket, Key: "digits", Range: "bytes=2-4" }));
    expect([await part.Body?.transformToString(), part.ContentRange, part.$metadata.httpStatusCode, part.ContentLength]).toEqual(["234", "bytes 2-4/10", 206, 3]);
    expect(await get("digits", { Range: "bytes=-3" })).toBe("789");
    expect(await get("digits", { Range: "bytes=7-100" })).toBe("789");
    expect(await get("digits", { Range: "bytes=0-1,3-4" })).toBe("0123456789");
    expect(await failure(get("digits", { Range: "bytes=10-" }))).toMatchObject({ name: "InvalidRange", status: 416, ActualObjectSize: "10", RangeRequested: "bytes=10-" });
    expect(await get("digits", { PartNumber: 1 })).toBe("0123456789");
    expect(await failure(get("digits", { PartNumber: 2 }))).toMatchObject({ name: "InvalidPartNumber", status: 416, ActualPartCount: "1", PartNumberRequested: "2" });
  });

  test("conditions: 304 without a body, 412 with the condition's name", async () => {
    const { ETag } = await put("conditional", "x");
    expect(await failure(get("conditional", { IfNoneMatch: ETag }))).toMatchObject({ status: 304 });
    expect(await failure(get("conditional", { IfModifiedSince: new Date(Date.now() - 1) }))).toMatchObject({ status: 304 });
    expect(await failure(get("conditional", { IfMatch: '"other"' }))).toMatchObject({ name: "PreconditionFailed", status: 412, Condition: "If-Match" });
    expect(await failure(get("conditional", { IfUnmodifiedSince: new Date(0) }))).toMatchObject({ status: 412, Condition: "If-Unmodified-Since" });
    expect(await get("conditional", { IfMatch: ETag, IfUnmodifiedSince: new Date(0) })).toBe("x");
  });

  test("conditional writes: only if nothing is there, only if it is what I know", async () => {
    const { ETag } = await put("once", "1", { IfNoneMatch: "*" });
    expect(await failure(put("once", "2", { IfNoneMatch: "*" }))).toMatchObject({ name: "PreconditionFailed", status: 412, Condition: "If-None-Match" });
    expect(await failure(put("once", "2", { IfMatch: '"0"' }))).toMatchObject({ name: "PreconditionFailed", Condition: "If-Match" });
    expect(await failure(put("never", "2", { IfMatch: '"0"' }))).toMatchObject({ name: "NoSuchKey", status: 404 });
    await put("once", "2", { IfMatch: ETag });
    expect(await get("once")).toBe("2");
    expect(await failure(put("once", "3", { IfNoneMatch: '"x"' }))).toMatchObject({ name: "NotImplemented", status: 501, Header: "If-None-Match" });
  });

  test("of many that want to be first one is", async () => {
    const outcomes = await Promise.allSettled(Array.from({ length: 20 }, (_, at) => put("race", String(at), { IfNoneMatch: "*" })));
    expect(outcomes.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
  });

  test("a contended key keeps everybody waiting and nobody out", async () => {
    await Promise.all(Array.from({ length: 150 }, (_, at) => put("hot", `value ${at}`)));
    expect(await get("hot")).toMatch(/^value \d+$/);
  });

  test("a stream larger than any buffer", async () => {
    const chunk = Buffer.alloc(1024 * 1024, 7);
    const chunks = 24;
    await client.send(new PutObjectCommand({ Bucket, Key: "big", Body: Readable.from(Array.from({ length: chunks }, () => chunk)), ContentLength: chunk.length * chunks }));
    const { Body, ContentLength } = await client.send(new GetObjectCommand({ Bucket, Key: "big" }));
    const hash = createHash("md5");
    for await (const piece of Body as Readable) hash.update(piece as Uint8Array);
    expect([ContentLength, `"${hash.digest("hex")}"`]).toEqual([chunk.length * chunks, (await head("big")).ETag]);
  });
});

describe("checksums", () => {
  test.each([
    ["CRC32", "ChecksumCRC32", "y/Q5Jg=="], ["CRC32C", "ChecksumCRC32C", "4waSgw=="], ["CRC64NVME", "ChecksumCRC64NVME", "rosUhgp5mIg="],
    ["SHA1", "ChecksumSHA1", "98O8HYCOBHMq32eZZczDTKeuNEE="], ["SHA256", "ChecksumSHA256", "FeKw08M4keuw8e9gnsQZQgwg4yDOlMZfvIwzEkSOsiU="],
  ] as const)("%s is verified, kept and given back", async (ChecksumAlgorithm, member, value) => {
    expect(await put(`sum/${ChecksumAlgorithm}`, "123456789", { [member]: value })).toMatchObject({ [member]: value, ChecksumType: "FULL_OBJECT" });
    expect(await head(`sum/${ChecksumAlgorithm}`, { ChecksumMode: "ENABLED" })).toMatchObject({ [member]: value });
    expect(await failure(put("sum/wrong", "12345678", { [member]: value }))).toMatchObject({
      name: "BadDigest", status: 400, message: `The ${ChecksumAlgorithm} you specified did not match the calculated checksum.`,
    });
    expect(await failure(head("sum/wrong"))).toMatchObject({ status: 404 });
  });

  test.each(["SHA1", "SHA256", "CRC32", "CRC32C"] as const)("%s in a trailer", async (ChecksumAlgorithm) => {
    await client.send(new PutObjectCommand({ Bucket, Key: "trailer", Body: Readable.from([Buffer.from("123456789")]), ContentLength: 9, ChecksumAlgorithm }));
    expect(Object.keys(await head("trailer", { ChecksumMode: "ENABLED" }))).toContain(`Checksum${ChecksumAlgorithm}`);
  });

  test("Content-MD5", async () => {
    const right = createHash("md5").update("x").digest("base64");
    await put("md5", "x", { ContentMD5: right });
    expect(await failure(put("md5", "y", { ContentMD5: right }))).toMatchObject({ name: "BadDigest", ExpectedDigest: right, message: "The Content-MD5 you specified did not match what we received." });
    expect(await failure(put("md5", "y", { ContentMD5: "nonsense" }))).toMatchObject({ name: "InvalidDigest", message: "The Content-MD5 you specified was invalid." });
    expect(await get("md5")).toBe("x");
  });
});

describe("copy", () => {
  test("takes the bytes, the metadata and the tags, or replaces them", async () => {
    await put("from/ä +b", "copied", { ContentType: "text/x", Metadata: { a: "1" }, Tagging: "t=1" });
    const source = `${Bucket}/${encodeURIComponent("from/ä +b")}`;
    const copied = await client.send(new CopyObjectCommand({ Bucket, Key: "to", CopySource: source }));
    expect(copied.CopyObjectResult).toMatchObject({ ETag: md5("copied") });
    expect(await head("to")).toMatchObject({ ContentType: "text/x", Metadata: { a: "1" }, TagCount: 1 });
    expect(await get("to")).toBe("copied");
    await client.send(new CopyObjectCommand({ Bucket, Key: "to", CopySource: source, MetadataDirective: "REPLACE", Metadata: { b: "2" }, TaggingDirective: "REPLACE", Tagging: "" }));
    expect(await head("to")).toMatchObject({ Metadata: { b: "2" } });
    expect((await head("to")).TagCount).toBeUndefined();
    await client.send(new DeleteObjectCommand({ Bucket, Key: "from/ä +b" }));
    expect(await get("to")).toBe("copied");
  });

  test("with another checksum reads the bytes", async () => {
    await put("plain", "123456789");
    const { CopyObjectResult } = await client.send(new CopyObjectCommand({ Bucket, Key: "summed", CopySource: `${Bucket}/plain`, ChecksumAlgorithm: "SHA1" }));
    expect(CopyObjectResult?.ChecksumSHA1).toBe("98O8HYCOBHMq32eZZczDTKeuNEE=");
  });

  test("onto itself needs a change; a wrong source is named", async () => {
    await put("self", "x");
    const self = { Bucket, Key: "self", CopySource: `${Bucket}/self` };
    expect(await failure(client.send(new CopyObjectCommand(self)))).toMatchObject({ name: "InvalidRequest", message: expect.stringContaining("copy an object to itself without changing") });
    await client.send(new CopyObjectCommand({ ...self, MetadataDirective: "REPLACE", Metadata: { new: "1" } }));
    expect([await get("self"), (await head("self")).Metadata]).toEqual(["x", { new: "1" }]);
    expect(await failure(client.send(new CopyObjectCommand({ ...self, CopySource: `${Bucket}/gone` })))).toMatchObject({ name: "NoSuchKey", Key: "gone" });
    expect(await failure(client.send(new CopyObjectCommand({ ...self, CopySource: "nokey" })))).toMatchObject({ name: "InvalidArgument", ArgumentName: "x-amz-copy-source" });
    expect(await failure(client.send(new CopyObjectCommand({ ...self, Key: "y", CopySourceIfMatch: '"0"' })))).toMatchObject({ name: "PreconditionFailed", Condition: "x-amz-copy-source-If-Match" });
  });
});

describe("delete", () => {
  test("is 204 whether or not there was anything", async () => {
    await put("doomed", "x");
    expect((await client.send(new DeleteObjectCommand({ Bucket, Key: "doomed" }))).$metadata.httpStatusCode).toBe(204);
    expect((await client.send(new DeleteObjectCommand({ Bucket, Key: "doomed" }))).$metadata.httpStatusCode).toBe(204);
    expect(await failure(get("doomed"))).toMatchObject({ name: "NoSuchKey" });
    expect(await failure(client.send(new DeleteObjectCommand({ Bucket, Key: "doomed", VersionId: "bad" })))).toMatchObject({ name: "InvalidArgument", message: "Invalid version id specified", ArgumentName: "versionId", ArgumentValue: "bad" });
  });

  test("in batches: each key its verdict, and quiet when asked", async () => {
    await Promise.all(Array.from({ length: 40 }, (_, at) => put(`batch/${at}`, "x")));
    const Objects = [...Array.from({ length: 40 }, (_, at) => ({ Key: `batch/${at}` })), { Key: "never" }, { Key: "x", VersionId: "HPniJFCxqTsMuIH9KX8K8wEjNUgmABCD" }];
    const answer = await client.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects } }));
    expect(answer.Deleted?.map(({ Key }) => Key)).toEqual(Objects.slice(0, 41).map(({ Key }) => Key));
    expect(answer.Errors).toEqual([{ Key: "x", VersionId: "HPniJFCxqTsMuIH9KX8K8wEjNUgmABCD", Code: "NoSuchVersion", Message: "The specified version does not exist." }]);
    expect((await client.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects: [{ Key: "never" }], Quiet: true } }))).Deleted).toBeUndefined();
    const tooMany = Array.from({ length: 1001 }, (_, at) => ({ Key: String(at) }));
    expect(await failure(client.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects: tooMany } })))).toMatchObject({ name: "MalformedXML" });
  });
});

test("tags of an object are put, read and removed", async () => {
  await put("tagged", "x");
  const TagSet = [{ Key: "a", Value: "1" }, { Key: "b", Value: "" }];
  await client.send(new PutObjectTaggingCommand({ Bucket, Key: "tagged", Tagging: { TagSet } }));
  expect((await client.send(new GetObjectTaggingCommand({ Bucket, Key: "tagged" }))).TagSet).toEqual(TagSet);
  expect(await failure(client.send(new PutObjectTaggingCommand({ Bucket, Key: "tagged", Tagging: { TagSet: [...TagSet, { Key: "a", Value: "2" }] } })))).toMatchObject({
    name: "InvalidTag", message: "Cannot provide multiple Tags with the same key", TagKey: "a",
  });
  await client.send(new DeleteObjectTaggingCommand({ Bucket, Key: "tagged" }));
  expect((await client.send(new GetObjectTaggingCommand({ Bucket, Key: "tagged" }))).TagSet).toEqual([]);
  expect((await head("tagged")).TagCount).toBeUndefined();
});

test("attributes name what was asked, without quotes", async () => {
  await put("facts", "123456789");
  const facts = await client.send(new GetObjectAttributesCommand({ Bucket, Key: "facts", ObjectAttributes: ["ETag", "Checksum", "ObjectSize", "StorageClass", "ObjectParts"] }));
  expect(facts).toMatchObject({ ETag: "25f9e794323b453885f5181f1b624d0b", ObjectSize: 9, StorageClass: "STANDARD", Checksum: { ChecksumCRC32: "y/Q5Jg==", ChecksumType: "FULL_OBJECT" } });
  expect(facts.ObjectParts).toBeUndefined();
});

test("the owner has every right, and no list can say otherwise", async () => {
  await put("mine", "x");
  const acl = await client.send(new GetObjectAclCommand({ Bucket, Key: "mine" }));
  expect(acl.Grants).toMatchObject([{ Permission: "FULL_CONTROL", Grantee: { ID: acl.Owner?.ID, Type: "CanonicalUser" } }]);
  await client.send(new PutObjectAclCommand({ Bucket, Key: "mine", ACL: "bucket-owner-full-control" }));
  const refused = { name: "AccessControlListNotSupported", message: "The bucket does not allow ACLs", status: 400 };
  expect(await failure(client.send(new PutObjectAclCommand({ Bucket, Key: "mine", ACL: "public-read" })))).toMatchObject(refused);
  expect(await failure(put("mine", "x", { ACL: "public-read" }))).toMatchObject(refused);
});
