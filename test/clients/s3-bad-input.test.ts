// What a careless or hostile client may send: the original's error, the server stays up, nothing is half-written.
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { request as httpRequest } from "node:http";
import { connect } from "node:net";
import { text } from "node:stream/consumers";
import { CreateBucketCommand, GetObjectCommand, HeadObjectCommand, ListObjectsV2Command, PutObjectCommand, type S3Client } from "@aws-sdk/client-s3";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { failure, openS3, type S3Cloud } from "./s3-harness.ts";

let cloud: S3Cloud;
let client: S3Client;
const Bucket = "hostile";

beforeAll(async () => {
  cloud = await openS3();
  client = cloud.client();
  await client.send(new CreateBucketCommand({ Bucket }));
});
afterAll(() => cloud[Symbol.asyncDispose]());
afterEach(async () => {
  expect(cloud.cloud.failures).toEqual([]);
  expect((await client.send(new ListObjectsV2Command({ Bucket, MaxKeys: 1 }))).$metadata.httpStatusCode).toBe(200);
});

interface Answer {
  readonly status: number;
  readonly body: string;
}

/** A request exactly as written: no normalising of paths, no header added but Host. */
async function send(method: string, path: string, { headers = {}, body }: { headers?: Record<string, string>; body?: string | Uint8Array } = {}): Promise<Answer> {
  const outgoing = httpRequest({ host: "127.0.0.1", port: Number(new URL(cloud.endpoint).port), method, path, headers, agent: false });
  outgoing.end(body);
  const [reply] = (await once(outgoing, "response")) as [import("node:http").IncomingMessage];
  return { status: reply.statusCode ?? 0, body: await text(reply) };
}

describe("keys", () => {
  test.each(["../../etc/passwd", "a//b", "/lead", "trail/", "dots...", "./.", "a\u0001\u001fb", "<&>\"'", "sp ace+plus%25", "q?x#y", "\u{1f600}/é", "\\back", "x".repeat(1024), "é".repeat(512)])("like %j are names and nothing else", async (Key) => {
    await client.send(new PutObjectCommand({ Bucket, Key, Body: Key }));
    expect(await (await client.send(new GetObjectCommand({ Bucket, Key }))).Body?.transformToString()).toBe(Key);
    const listed = await client.send(new ListObjectsV2Command({ Bucket, Prefix: Key, EncodingType: "url" }));
    expect(decodeURIComponent((listed.Contents?.[0]?.Key ?? "").replaceAll("+", " "))).toBe(Key);
  });

  test("that are too long, hold NUL or are no UTF-8 are refused", async () => {
    expect(await failure(client.send(new PutObjectCommand({ Bucket, Key: "é".repeat(513), Body: "x" })))).toMatchObject({ name: "KeyTooLongError", status: 400, message: "Your key is too long", Size: "1026", MaxSizeAllowed: "1024" });
    for (const path of ["/hostile/a%00b", "/hostile/%ff%fe", "/hostile/%c0%af", "/hostile/%zz"]) {
      const { status, body } = await send("PUT", path, { body: "x" });
      expect([path, status, /<Code>(\w+)<\/Code>/.exec(body)?.[1]]).toEqual([path, 400, "InvalidURI"]);
    }
  });
});

describe("bodies", () => {
  test("without a length are refused, with the header that was the matter", async () => {
    expect(await send("PUT", "/hostile/k", { headers: { "transfer-encoding": "chunked" }, body: "x" })).toMatchObject({ status: 501, body: expect.stringContaining("<Header>Transfer-Encoding</Header>") });
  });

  test("that end too early leave nothing", async () => {
    const socket = connect(Number(new URL(cloud.endpoint).port), "127.0.0.1");
    socket.write(`PUT /hostile/half HTTP/1.1\r\nhost: x\r\ncontent-length: 1000000\r\n\r\n${"x".repeat(500_000)}`);
    await once(socket, "connect");
    await new Promise<void>((resolve) => socket.end(resolve));
    socket.destroy();
    expect(await failure(client.send(new HeadObjectCommand({ Bucket, Key: "half" })))).toMatchObject({ status: 404 });
  });

  test("in chunks that do not add up leave nothing", async () => {
    const chunked = (body: string, length: string) => send("PUT", "/hostile/chunked", { headers: { "x-amz-content-sha256": "STREAMING-UNSIGNED-PAYLOAD-TRAILER", "content-encoding": "aws-chunked", "x-amz-decoded-content-length": length, "x-amz-trailer": "x-amz-checksum-crc32", "content-length": String(body.length) }, body });
    expect((await chunked("5\r\nhello\r\n0\r\nx-amz-checksum-crc32:NhCmhg==\r\n\r\n", "5")).status).toBe(200);
    const refused = [await chunked("5\r\nhello\r\n0\r\nx-amz-checksum-crc32:AAAAAA==\r\n\r\n", "5"), await chunked("5\r\nhello\r\n0\r\nx-amz-checksum-crc32:NhCmhg==\r\n\r\n", "6"), await chunked("5\r\nhello\r\n0\r\n\r\n", "5"), await chunked("zz\r\nhello", "5")];
    expect(refused.map(({ status, body }) => [status, /<Code>(\w+)<\/Code>/.exec(body)?.[1]])).toEqual([[400, "BadDigest"], [400, "IncompleteBody"], [400, "MalformedTrailerError"], [400, expect.stringMatching(/./)]]);
  });

  test("larger than S3 takes are refused before they are sent", async () => {
    expect(await send("PUT", "/hostile/huge", { headers: { "content-length": String(6 * 1024 ** 3), expect: "100-continue" } })).toMatchObject({ status: 400, body: expect.stringContaining("<Code>EntityTooLarge</Code>") });
  });
});

describe("headers", () => {
  const bad: readonly (readonly [string, Record<string, string>, string])[] = [
    ["a checksum that is none", { "x-amz-checksum-crc32": "!" }, "<Message>Value for x-amz-checksum-crc32 header is invalid.</Message>"],
    ["two checksums", { "x-amz-checksum-crc32": "AAAAAA==", "x-amz-checksum-sha1": "x" }, "Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed."],
    ["an algorithm without a checksum", { "x-amz-sdk-checksum-algorithm": "CRC32" }, "no corresponding x-amz-checksum-* or x-amz-trailer headers were found."],
    ["metadata without end", { "x-amz-meta-a": "x".repeat(2048) }, "<Code>MetadataTooLarge</Code>"],
    ["tags that are none", { "x-amz-tagging": "=x" }, "shall be encoded as UTF-8 then URLEncoded URL query parameters without tag name duplicates."],
    ["eleven tags", { "x-amz-tagging": Array.from({ length: 11 }, (_, at) => `t${at}=1`).join("&") }, "Object tags cannot be greater than 10"],
    ["a storage class that is none", { "x-amz-storage-class": "NEVER" }, "<Code>InvalidStorageClass</Code>"],
  ];
  test.each(bad)("with %s", async (_title, headers, expected) => {
    const { status, body } = await send("PUT", "/hostile/headers", { headers: { "content-length": "1", ...headers }, body: "x" });
    expect([status, body]).toEqual([400, expect.stringContaining(expected)]);
    expect(await failure(client.send(new HeadObjectCommand({ Bucket, Key: "headers" })))).toMatchObject({ status: 404 });
  });
});

describe("documents", () => {
  const documents: readonly (readonly [string, string, string])[] = [
    ["no XML", "POST /hostile?delete", "nonsense"],
    ["XML that never ends", "POST /hostile?delete", "<Delete><Object><Key>x"],
    ["the wrong XML", "PUT /hostile?versioning", "<Something/>"],
    ["entities", "POST /hostile?delete", '<!DOCTYPE d [<!ENTITY e "x">]><Delete><Object><Key>&e;</Key></Object></Delete>'],
    ["nothing", "PUT /hostile?tagging", ""],
    ["noise", "PUT /hostile?notification", randomBytes(200).toString("latin1")],
    ["a deep nest", "POST /hostile/k?uploadId=x", `${"<a>".repeat(5000)}`],
  ];
  test.each(documents)("that are %s", async (_title, request, body) => {
    const [method = "", path = ""] = request.split(" ");
    const answer = await send(method, path, { headers: { "content-length": String(Buffer.byteLength(body)), "content-md5": (await import("node:crypto")).createHash("md5").update(body).digest("base64") }, body });
    expect([answer.status, answer.body]).toEqual([expect.toSatisfy((status: number) => status === 400 || status === 404), expect.stringContaining("<Code>")]);
  });

  test("without the digest a deletion needs, or with a wrong one", async () => {
    const body = "<Delete><Object><Key>k</Key></Object></Delete>";
    await client.send(new PutObjectCommand({ Bucket, Key: "k", Body: "x" }));
    expect(await send("POST", "/hostile?delete", { body })).toMatchObject({ status: 400, body: expect.stringContaining("Missing required header for this request: Content-MD5 OR x-amz-checksum-*") });
    expect(await send("POST", "/hostile?delete", { body, headers: { "content-md5": "1B2M2Y8AsgTpgAmY7PhCfg==" } })).toMatchObject({ status: 400, body: expect.stringContaining("<Code>BadDigest</Code>") });
    expect((await client.send(new HeadObjectCommand({ Bucket, Key: "k" }))).ContentLength).toBe(1);
  });
});
