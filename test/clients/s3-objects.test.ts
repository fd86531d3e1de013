// Objects through the door with the official JavaScript client: put, get, head, copy, delete and their conditions.
import { createHash } from "node:crypto";
import {
  CopyObjectCommand, CreateBucketCommand, DeleteObjectCommand, DeleteObjectsCommand, GetObjectCommand, HeadObjectCommand, PutObjectCommand, type S3Client,
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
const get = async (Key: string, more: object = {}): Promise<string> => {
  const { Body } = await client.send(new GetObjectCommand({ Bucket, Key, ...more }));
  return (await Body?.transformToString()) ?? "";
};

describe("put and get", () => {
  test("what was put comes back, with what the original says beside it", async () => {
    const written = await put("a/b c.txt", "hello");
    expect(written).toMatchObject({ ETag: `"${createHash("md5").update("hello").digest("hex")}"`, ServerSideEncryption: "AES256", ChecksumCRC32: "NhCmhg==", ChecksumType: "FULL_OBJECT" });
    const read = await client.send(new GetObjectCommand({ Bucket, Key: "a/b c.txt" }));
    expect(await read.Body?.transformToString()).toBe("hello");
    expect(read).toMatchObject({ ContentLength: 5, AcceptRanges: "bytes", ETag: written.ETag, Metadata: {}, ChecksumCRC32: "NhCmhg==" });
    expect(read.VersionId).toBeUndefined();
    expect(read.StorageClass).toBeUndefined();
  });

  test("a missing key and a missing bucket are told apart", async () => {
    expect(await failure(get("nothing"))).toMatchObject({ name: "NoSuchKey", message: "The specified key does not exist.", Key: "nothing", status: 404 });
    expect(await failure(client.send(new GetObjectCommand({ Bucket: "nobucket", Key: "x" })))).toMatchObject({
      name: "NoSuchBucket", message: "The specified bucket does not exist", BucketName: "nobucket", status: 404,
    });
  });

  test("headers and metadata come back as they went in", async () => {
    await put("headers", "x", {
      ContentType: "text/plain; charset=utf-8", CacheControl: "max-age=1", ContentDisposition: "inline", ContentEncoding: "gzip", ContentLanguage: "es",
      Expires: new Date("2030-01-01T00:00:00Z"), Metadata: { Color: "blue" }, Tagging: "a=1&b=2",
    });
    const head = await client.send(new HeadObjectCommand({ Bucket, Key: "headers" }));
    expect(head).toMatchObject({
      ContentType: "text/plain; charset=utf-8", CacheControl: "max-age=1", ContentDisposition: "inline", ContentEncoding: "gzip", ContentLanguage: "es",
      ExpiresString: "Tue, 01 Jan 2030 00:00:00 GMT", Metadata: { color: "blue" }, ContentLength: 1, TagCount: 2,
    });
  });

  test("ranges", async () => {
    await put("digits", "0123456789");
    const part = await client.send(new GetObjectCommand({ Bucket, Key: "digits", Range: "bytes=2-4" }));
    expect([await part.Body?.transformToString(), part.ContentRange, part.$metadata.httpStatusCode, part.ContentLength]).toEqual(["234", "bytes 2-4/10", 206, 3]);
    expect(await get("digits", { Range: "bytes=-3" })).toBe("789");
    expect(await get("digits", { Range: "bytes=7-100" })).toBe("789");
    expect(await failure(get("digits", { Range: "bytes=10-" }))).toMatchObject({ name: "InvalidRange", status: 416, ActualObjectSize: "10", RangeRequested: "bytes=10-" });
  });
});
