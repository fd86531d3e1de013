// Uploads in parts through the door with the official JavaScript client and its upload manager.
import { createHash, randomBytes } from "node:crypto";
import { Readable } from "node:stream";
import {
  AbortMultipartUploadCommand, type CompletedPart, CompleteMultipartUploadCommand, CopyObjectCommand, CreateBucketCommand, CreateMultipartUploadCommand, type CreateMultipartUploadCommandInput,
  GetObjectAttributesCommand, GetObjectCommand, HeadObjectCommand, ListMultipartUploadsCommand, ListPartsCommand, PutObjectCommand, type S3Client, UploadPartCommand, UploadPartCopyCommand,
} from "@aws-sdk/client-s3";
import { Upload } from "@aws-sdk/lib-storage";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { failure, openS3, type S3Cloud } from "./s3-harness.ts";

let cloud: S3Cloud;
let client: S3Client;
const Bucket = "parts";
const MIB = 1024 * 1024;
const big = randomBytes(5 * MIB);
const small = Buffer.from("the end");

beforeAll(async () => {
  cloud = await openS3();
  client = cloud.client();
  await client.send(new CreateBucketCommand({ Bucket }));
});
afterAll(() => cloud[Symbol.asyncDispose]());

const begin = async (Key: string, more: Partial<CreateMultipartUploadCommandInput> = {}): Promise<string> => (await client.send(new CreateMultipartUploadCommand({ Bucket, Key, ...more }))).UploadId ?? "";
const part = (Key: string, UploadId: string, PartNumber: number, Body: Uint8Array, more: object = {}) => client.send(new UploadPartCommand({ Bucket, Key, UploadId, PartNumber, Body, ...more }));
const finish = (Key: string, UploadId: string, Parts: CompletedPart[], more: object = {}) => client.send(new CompleteMultipartUploadCommand({ Bucket, Key, UploadId, MultipartUpload: { Parts }, ...more }));
const bytesOf = async (Key: string, more: object = {}): Promise<Buffer> => Buffer.from((await (await client.send(new GetObjectCommand({ Bucket, Key, ...more }))).Body?.transformToByteArray()) ?? []);
const md5 = (bytes: Uint8Array): Buffer => createHash("md5").update(bytes).digest();

test("the upload manager's parts become one object, and any range of it can be read", async () => {
  const whole = randomBytes(12 * MIB + 17);
  await new Upload({ client, params: { Bucket, Key: "managed", Body: Readable.from([whole.subarray(0, 7 * MIB), whole.subarray(7 * MIB)]), ContentType: "image/png", Metadata: { a: "1" } } }).done();
  const head = await client.send(new HeadObjectCommand({ Bucket, Key: "managed" }));
  expect(head).toMatchObject({ ContentLength: whole.length, ContentType: "image/png", Metadata: { a: "1" }, ETag: expect.stringMatching(/^"[0-9a-f]{32}-3"$/) });
  expect((await bytesOf("managed")).equals(whole)).toBe(true);
  const [start, end] = [5 * MIB - 3, 10 * MIB + 4];
  expect((await bytesOf("managed", { Range: `bytes=${start}-${end}` })).equals(whole.subarray(start, end + 1))).toBe(true);
  const second = await client.send(new GetObjectCommand({ Bucket, Key: "managed", PartNumber: 2 }));
  expect([second.PartsCount, second.ContentLength, second.ContentRange]).toEqual([3, 5 * MIB, `bytes ${5 * MIB}-${10 * MIB - 1}/${whole.length}`]);
  expect(Buffer.from((await second.Body?.transformToByteArray()) ?? []).equals(whole.subarray(5 * MIB, 10 * MIB))).toBe(true);
  expect(await failure(bytesOf("managed", { PartNumber: 4 }))).toMatchObject({ name: "InvalidPartNumber", ActualPartCount: "3" });

  await client.send(new CopyObjectCommand({ Bucket, Key: "copy of parts", CopySource: `${Bucket}/managed` }));
  const copied = await client.send(new HeadObjectCommand({ Bucket, Key: "copy of parts" }));
  expect([copied.ETag, (await bytesOf("copy of parts")).equals(whole)]).toEqual([`"${md5(whole).toString("hex")}"`, true]);
});

test("the entity tag is that of the parts' digests, and the answer can be asked for again", async () => {
  const id = await begin("tagged");
  const [one, two] = [await part("tagged", id, 2, big), await part("tagged", id, 7, small)];
  await part("tagged", id, 3, small);
  const Parts = [{ PartNumber: 2, ETag: one.ETag }, { PartNumber: 7, ETag: two.ETag }];
  const done = await finish("tagged", id, Parts);
  const expected = `"${createHash("md5").update(md5(big)).update(md5(small)).digest("hex")}-2"`;
  expect(done).toMatchObject({ ETag: expected, Bucket, Key: "tagged", Location: expect.stringContaining("tagged"), ServerSideEncryption: "AES256" });
  expect((await finish("tagged", id, Parts)).ETag).toBe(expected);
  expect((await bytesOf("tagged")).equals(Buffer.concat([big, small]))).toBe(true);
  expect((await cloud.engine.store.list({ prefix: ["s3", "part", id], limit: 10 })).map(({ key }) => key.at(-1))).toEqual([2, 7]);
});

describe("a completion is refused", () => {
  let id: string;
  let one: CompletedPart;
  let two: CompletedPart;
  beforeAll(async () => {
    id = await begin("refused");
    one = { PartNumber: 1, ETag: (await part("refused", id, 1, small)).ETag };
    two = { PartNumber: 2, ETag: (await part("refused", id, 2, small)).ETag };
  });

  test.each([
    ["when a part but the last is too small", () => [one, two], { name: "EntityTooSmall", PartNumber: "1", MinSizeAllowed: "5242880", ProposedSize: "7" }],
    ["when parts are out of order", () => [two, one], { name: "InvalidPartOrder" }],
    ["when a part is named twice", () => [one, one], { name: "InvalidPartOrder" }],
    ["when a part never came", () => [{ PartNumber: 9, ETag: '"x"' }], { name: "InvalidPart", PartNumber: "9", ETag: "x" }],
    ["when a part is another", () => [{ PartNumber: 1, ETag: '"0123"' }], { name: "InvalidPart", PartNumber: "1" }],
    ["without parts", () => [], { name: "MalformedXML" }],
  ] as const)("%s", async (_title, parts, expected) => {
    expect(await failure(finish("refused", id, [...parts()]))).toMatchObject({ status: 400, ...expected });
    expect((await client.send(new ListPartsCommand({ Bucket, Key: "refused", UploadId: id }))).Parts).toHaveLength(2);
  });

  test("of an upload that is not there, as is everything else about it", async () => {
    const gone = { name: "NoSuchUpload", status: 404, UploadId: "nope" };
    expect(await failure(finish("refused", "nope", [one]))).toMatchObject(gone);
    expect(await failure(part("refused", "nope", 1, small))).toMatchObject(gone);
    expect(await failure(client.send(new AbortMultipartUploadCommand({ Bucket, Key: "refused", UploadId: "nope" })))).toMatchObject(gone);
    expect(await failure(part("refused", id, 10_001, small))).toMatchObject({ name: "InvalidArgument", ArgumentName: "partNumber", message: "Part number must be an integer between 1 and 10000, inclusive" });
  });
});

test("an aborted upload leaves nothing", async () => {
  const id = await begin("aborted");
  await part("aborted", id, 1, big);
  await client.send(new AbortMultipartUploadCommand({ Bucket, Key: "aborted", UploadId: id }));
  expect(await failure(client.send(new ListPartsCommand({ Bucket, Key: "aborted", UploadId: id })))).toMatchObject({ name: "NoSuchUpload" });
  expect(await cloud.engine.store.list({ prefix: ["s3", "part", id], limit: 1 })).toEqual([]);
});

test("parts written while the upload completes are either in it or refused, never left behind", async () => {
  const id = await begin("raced");
  const { ETag } = await part("raced", id, 1, small);
  const [done, ...late] = await Promise.allSettled([finish("raced", id, [{ PartNumber: 1, ETag }]), ...Array.from({ length: 8 }, (_, at) => part("raced", id, at + 2, Buffer.from(`late ${at}`)))]);
  expect([done?.status, late.length]).toEqual(["fulfilled", 8]);
  expect((await cloud.engine.store.list({ prefix: ["s3", "part", id], limit: 10 })).map(({ key }) => key.at(-1))).toEqual([1]);
});

test("a part is copied from an object, whole or a range of it", async () => {
  await client.send(new PutObjectCommand({ Bucket, Key: "source", Body: Buffer.concat([big, small]) }));
  const id = await begin("from copies");
  const whole = await client.send(new UploadPartCopyCommand({ Bucket, Key: "from copies", UploadId: id, PartNumber: 1, CopySource: `${Bucket}/source` }));
  const tail = await client.send(new UploadPartCopyCommand({ Bucket, Key: "from copies", UploadId: id, PartNumber: 2, CopySource: `${Bucket}/source`, CopySourceRange: `bytes=${big.length}-${big.length + 6}` }));
  expect(await failure(client.send(new UploadPartCopyCommand({ Bucket, Key: "from copies", UploadId: id, PartNumber: 3, CopySource: `${Bucket}/source`, CopySourceRange: "bytes=0-99999999" })))).toMatchObject({
    name: "InvalidArgument", message: `Range specified is not valid for source object of size: ${big.length + 7}`,
  });
  await finish("from copies", id, [{ PartNumber: 1, ETag: whole.CopyPartResult?.ETag }, { PartNumber: 2, ETag: tail.CopyPartResult?.ETag }]);
  expect((await bytesOf("from copies")).equals(Buffer.concat([big, small, small]))).toBe(true);
});

test("uploads and parts are listed page by page", async () => {
  const ids = [await begin("l/a"), await begin("l/a"), await begin("l/b")];
  for (let at = 1; at <= 5; at++) await part("l/a", ids[0] ?? "", at, small);
  const first = await client.send(new ListPartsCommand({ Bucket, Key: "l/a", UploadId: ids[0], MaxParts: 3 }));
  expect([first.Parts?.map(({ PartNumber }) => PartNumber), first.NextPartNumberMarker, first.IsTruncated]).toEqual([[1, 2, 3], "3", true]);
  const rest = await client.send(new ListPartsCommand({ Bucket, Key: "l/a", UploadId: ids[0], PartNumberMarker: "3" }));
  expect([rest.Parts?.map(({ PartNumber, Size }) => [PartNumber, Size]), rest.IsTruncated]).toEqual([[[4, 7], [5, 7]], false]);

  const page = await client.send(new ListMultipartUploadsCommand({ Bucket, Prefix: "l/", MaxUploads: 1 }));
  expect([page.Uploads?.[0]?.UploadId, page.NextKeyMarker, page.NextUploadIdMarker, page.IsTruncated]).toEqual([ids[0], "l/a", ids[0], true]);
  const more = await client.send(new ListMultipartUploadsCommand({ Bucket, Prefix: "l/", KeyMarker: "l/a", UploadIdMarker: ids[0] }));
  expect(more.Uploads?.map(({ UploadId }) => UploadId)).toEqual(ids.slice(1));
  expect((await client.send(new ListMultipartUploadsCommand({ Bucket, Prefix: "l", Delimiter: "/" }))).CommonPrefixes).toEqual([{ Prefix: "l/" }]);
});

describe("checksums of parts", () => {
  const upload = async (Key: string, more: Partial<CreateMultipartUploadCommandInput>) => {
    const id = await begin(Key, more);
    const ChecksumAlgorithm = more.ChecksumAlgorithm;
    const parts = [await part(Key, id, 1, big, { ChecksumAlgorithm }), await part(Key, id, 2, small, { ChecksumAlgorithm })];
    return { id, list: parts.map(({ $metadata: _metadata, ServerSideEncryption: _encryption, ...sums }, at) => Object.assign(sums, { PartNumber: at + 1 })) };
  };

  test.each(["SHA256", "SHA1", "CRC32C"] as const)("are combined (%s)", async (ChecksumAlgorithm) => {
    const { id, list } = await upload(`sum/${ChecksumAlgorithm}`, { ChecksumAlgorithm });
    const done = await finish(`sum/${ChecksumAlgorithm}`, id, list);
    expect(done).toMatchObject({ ChecksumType: "COMPOSITE", [`Checksum${ChecksumAlgorithm}`]: expect.stringMatching(/-2$/) });
    const facts = await client.send(new GetObjectAttributesCommand({ Bucket, Key: `sum/${ChecksumAlgorithm}`, ObjectAttributes: ["Checksum", "ObjectParts"] }));
    expect(facts.ObjectParts).toMatchObject({ TotalPartsCount: 2, Parts: [{ PartNumber: 1, Size: big.length }, { PartNumber: 2, Size: 7 }] });
    const second = { Bucket, Key: `sum/${ChecksumAlgorithm}`, PartNumber: 2, ChecksumMode: "ENABLED" } as const;
    const ofPart = { [`Checksum${ChecksumAlgorithm}`]: list[1]?.[`Checksum${ChecksumAlgorithm}`], ChecksumType: "COMPOSITE", PartsCount: 2, ContentLength: 7 };
    expect(await client.send(new HeadObjectCommand(second))).toMatchObject(ofPart);
    // The client compares the bytes with it.
    const got = await client.send(new GetObjectCommand(second));
    expect([got, await got.Body?.transformToString()]).toEqual([expect.objectContaining(ofPart), small.toString()]);
  });

  test.each(["CRC32", "CRC32C", "CRC64NVME"] as const)("of the whole equal those of one put (%s)", async (ChecksumAlgorithm) => {
    const { id, list } = await upload("whole", { ChecksumAlgorithm, ChecksumType: "FULL_OBJECT" });
    const done = await finish("whole", id, list);
    // The JavaScript client has no CRC64NVME of its own, so for that one the server's default stands in.
    const once = await client.send(new PutObjectCommand({ Bucket, Key: "once", Body: Buffer.concat([big, small]), ChecksumAlgorithm: ChecksumAlgorithm === "CRC64NVME" ? undefined : ChecksumAlgorithm }));
    const copied = await client.send(new CopyObjectCommand({ Bucket, Key: "again", CopySource: `${Bucket}/once`, ChecksumAlgorithm }));
    const member = `Checksum${ChecksumAlgorithm}` as const;
    expect([done.ChecksumType, done[member], once.ETag]).toEqual(["FULL_OBJECT", copied.CopyObjectResult?.[member], copied.CopyObjectResult?.ETag]);
  });

  test("must be those the upload was begun with, and be there", async () => {
    const { id, list } = await upload("strict", { ChecksumAlgorithm: "SHA256" });
    expect(await failure(part("strict", id, 3, small, { ChecksumAlgorithm: "SHA1" }))).toMatchObject({ name: "InvalidRequest", message: "Checksum Type mismatch occurred, expected checksum Type: sha256, actual checksum Type: sha1" });
    const without = list.map(({ PartNumber, ETag }) => ({ PartNumber, ETag }));
    expect(await failure(finish("strict", id, without))).toMatchObject({ name: "InvalidRequest", message: expect.stringContaining("It was missing for part 1 in the request.") });
    expect(await failure(finish("strict", id, list, { MpuObjectSize: 1 }))).toMatchObject({ name: "InvalidRequest", message: expect.stringContaining("x-amz-mp-object-size") });
    expect(await failure(begin("strict", { ChecksumAlgorithm: "SHA256", ChecksumType: "FULL_OBJECT" }))).toMatchObject({ message: "The FULL_OBJECT checksum type cannot be used with the sha256 checksum algorithm." });
  });
});
