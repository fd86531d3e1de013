// Versions and listings through the door with the official JavaScript client.
import {
  CopyObjectCommand, CreateBucketCommand, DeleteBucketCommand, DeleteObjectCommand, DeleteObjectsCommand, GetBucketVersioningCommand, GetObjectCommand, HeadObjectCommand,
  ListObjectsCommand, ListObjectsV2Command, ListObjectVersionsCommand, PutBucketVersioningCommand, PutObjectCommand, type S3Client,
} from "@aws-sdk/client-s3";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { failure, openS3, type S3Cloud } from "./s3-harness.ts";

let cloud: S3Cloud;
let client: S3Client;

beforeAll(async () => {
  cloud = await openS3();
  client = cloud.client();
});
afterAll(() => cloud[Symbol.asyncDispose]());

const bucketOf = async (Bucket: string, Status?: "Enabled"): Promise<string> => {
  await client.send(new CreateBucketCommand({ Bucket }));
  if (Status) await version(Bucket, Status);
  return Bucket;
};
const version = (Bucket: string, Status: "Enabled" | "Suspended") => client.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status } }));
const put = async (Bucket: string, Key: string, Body = Key): Promise<string> => (await client.send(new PutObjectCommand({ Bucket, Key, Body }))).VersionId ?? "";
const get = async (Bucket: string, Key: string, VersionId?: string): Promise<string> =>
  (await (await client.send(new GetObjectCommand({ Bucket, Key, VersionId }))).Body?.transformToString()) ?? "";
const remove = async (Bucket: string, Key: string, VersionId?: string) => client.send(new DeleteObjectCommand({ Bucket, Key, VersionId }));
/** `key:version*` newest first, `*` marks the latest, `-` a delete marker. */
const shape = async (Bucket: string, names: Readonly<Record<string, string>>): Promise<readonly string[]> => {
  const { Versions = [], DeleteMarkers = [] } = await client.send(new ListObjectVersionsCommand({ Bucket }));
  const say = (mark: string) => (entry: { Key?: string; VersionId?: string; IsLatest?: boolean }) => `${entry.Key}:${mark}${names[entry.VersionId ?? ""] ?? entry.VersionId}${entry.IsLatest ? "*" : ""}`;
  return [...Versions.map(say("")), ...DeleteMarkers.map(say("-"))];
};

describe("versions", () => {
  test("each write keeps what it replaces, a delete hides it, and removing the marker brings it back", async () => {
    const Bucket = await bucketOf("versions", "Enabled");
    expect((await client.send(new GetBucketVersioningCommand({ Bucket }))).Status).toBe("Enabled");
    const [one, two] = [await put(Bucket, "k", "1"), await put(Bucket, "k", "2")];
    expect(one).toMatch(/^[\w-]{32}$/);
    expect([await get(Bucket, "k"), await get(Bucket, "k", one), await get(Bucket, "k", two)]).toEqual(["2", "1", "2"]);
    const marker = await remove(Bucket, "k");
    expect(marker).toMatchObject({ DeleteMarker: true, VersionId: expect.stringMatching(/^[\w-]{32}$/) });
    expect(await failure(get(Bucket, "k"))).toMatchObject({ name: "NoSuchKey", status: 404 });
    expect(await failure(get(Bucket, "k", marker.VersionId))).toMatchObject({ name: "MethodNotAllowed", status: 405, Method: "GET", ResourceType: "DeleteMarker" });
    const hidden = await fetch(`${cloud.endpoint}/${Bucket}/k`);
    expect([hidden.status, hidden.headers.get("x-amz-delete-marker"), hidden.headers.get("x-amz-version-id")]).toEqual([404, "true", marker.VersionId]);
    expect(await shape(Bucket, { [one]: "one", [two]: "two", [marker.VersionId ?? ""]: "marker" })).toEqual(["k:two", "k:one", "k:-marker*"]);
    expect(await remove(Bucket, "k", marker.VersionId)).toMatchObject({ DeleteMarker: true, VersionId: marker.VersionId });
    expect(await get(Bucket, "k")).toBe("2");
    await remove(Bucket, "k", two);
    expect([await get(Bucket, "k"), await shape(Bucket, { [one]: "one" })]).toEqual(["1", ["k:one*"]]);
    await remove(Bucket, "k", one);
    expect(await failure(get(Bucket, "k", one))).toMatchObject({ name: "NoSuchVersion", Key: "k", VersionId: one, status: 404 });
    await client.send(new DeleteBucketCommand({ Bucket }));
  });

  test("suspended, the null version is the one that is replaced", async () => {
    const Bucket = await bucketOf("suspended");
    await put(Bucket, "k", "before");
    await version(Bucket, "Enabled");
    const kept = await put(Bucket, "k", "kept");
    expect(await get(Bucket, "k", "null")).toBe("before");
    await version(Bucket, "Suspended");
    expect(await put(Bucket, "k", "null 1")).toBe("null");
    expect(await put(Bucket, "k", "null 2")).toBe("null");
    expect(await shape(Bucket, { [kept]: "kept" })).toEqual(["k:null*", "k:kept"]);
    expect(await remove(Bucket, "k")).toMatchObject({ DeleteMarker: true, VersionId: "null" });
    expect(await shape(Bucket, { [kept]: "kept" })).toEqual(["k:kept", "k:-null*"]);
    await version(Bucket, "Enabled");
    const last = await put(Bucket, "k", "last");
    expect(await shape(Bucket, { [kept]: "kept", [last]: "last" })).toEqual(["k:last*", "k:kept", "k:-null"]);
    await remove(Bucket, "k", "null");
    await remove(Bucket, "k", last);
    expect([await get(Bucket, "k"), await shape(Bucket, { [kept]: "kept" })]).toEqual(["kept", ["k:kept*"]]);
  });

  test("an old version is brought back by a copy onto itself", async () => {
    const Bucket = await bucketOf("restore", "Enabled");
    const old = await put(Bucket, "k", "old");
    await put(Bucket, "k", "new");
    const copied = await client.send(new CopyObjectCommand({ Bucket, Key: "k", CopySource: `${Bucket}/k?versionId=${old}` }));
    expect([await get(Bucket, "k"), copied.CopySourceVersionId]).toEqual(["old", old]);
  });

  test("a bucket with versions or markers is not empty; batches tell which marker they made", async () => {
    const Bucket = await bucketOf("full", "Enabled");
    await put(Bucket, "k");
    const { Deleted } = await client.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects: [{ Key: "k" }] } }));
    expect(Deleted).toEqual([{ Key: "k", DeleteMarker: true, DeleteMarkerVersionId: expect.any(String) }]);
    expect(await failure(client.send(new DeleteBucketCommand({ Bucket })))).toMatchObject({ name: "BucketNotEmpty", status: 409, message: expect.stringContaining("You must delete all versions") });
  });

  test("versions are listed page by page without losing or repeating one", async () => {
    const Bucket = await bucketOf("version-pages", "Enabled");
    const expected: string[] = [];
    for (const Key of ["a", "b/1", "b/2", "c"]) {
      const made: string[] = [];
      for (let at = 0; at < 3; at++) made.unshift(await put(Bucket, Key));
      if (Key === "c") made.unshift((await remove(Bucket, Key)).VersionId ?? "");
      expected.push(...made);
    }
    const seen: (string | undefined)[] = [];
    let at: { KeyMarker?: string; VersionIdMarker?: string } | undefined = {};
    while (at) {
      const page: { Versions?: { Key?: string; VersionId?: string; IsLatest?: boolean }[]; DeleteMarkers?: { VersionId?: string }[]; IsTruncated?: boolean; NextKeyMarker?: string; NextVersionIdMarker?: string } =
        await client.send(new ListObjectVersionsCommand({ Bucket, MaxKeys: 1, ...at }));
      seen.push(...(page.DeleteMarkers ?? []).map(({ VersionId }) => VersionId), ...(page.Versions ?? []).map(({ VersionId }) => VersionId));
      at = page.IsTruncated ? { KeyMarker: page.NextKeyMarker, VersionIdMarker: page.NextVersionIdMarker } : undefined;
    }
    expect(seen).toEqual(expected);
    const rolled = await client.send(new ListObjectVersionsCommand({ Bucket, Delimiter: "/" }));
    expect([rolled.CommonPrefixes, rolled.Versions?.length, rolled.DeleteMarkers?.length]).toEqual([[{ Prefix: "b/" }], 6, 1]);
  });
});

describe("listings", () => {
  const names = ["a", "a/", "a/1", "a/2/x", "a/2/y", "a0", "b", "b//c", "b/../c", "é", "日本", "\u{1f600}", "\uffee", "z"];
  const inOrder = names.toSorted((one, other) => Buffer.compare(Buffer.from(one), Buffer.from(other)));

  beforeAll(async () => {
    await bucketOf("lists");
    await Promise.all(names.map((name) => put("lists", name)));
  });

  const all = async (input: object): Promise<{ keys: (string | undefined)[]; prefixes: (string | undefined)[]; pages: number }> => {
    const keys: (string | undefined)[] = [];
    const prefixes: (string | undefined)[] = [];
    let pages = 0;
    let ContinuationToken: string | undefined;
    do {
      const page: { Contents?: { Key?: string }[]; CommonPrefixes?: { Prefix?: string }[]; NextContinuationToken?: string; KeyCount?: number } = await client.send(
        new ListObjectsV2Command({ Bucket: "lists", ...input, ContinuationToken }),
      );
      keys.push(...(page.Contents ?? []).map(({ Key }) => Key));
      prefixes.push(...(page.CommonPrefixes ?? []).map(({ Prefix }) => Prefix));
      expect(page.KeyCount).toBe((page.Contents?.length ?? 0) + (page.CommonPrefixes?.length ?? 0));
      ContinuationToken = page.NextContinuationToken;
      pages++;
    } while (ContinuationToken);
    return { keys, prefixes, pages };
  };

  test("are in the order of UTF-8 bytes, whole or in pages of any size", async () => {
    expect((await all({})).keys).toEqual(inOrder);
    for (const MaxKeys of [1, 2, 3, 5, 13, 14]) expect((await all({ MaxKeys })).keys).toEqual(inOrder);
    expect(await all({ MaxKeys: 0 })).toEqual({ keys: [], prefixes: [], pages: 1 });
  });

  test("roll up what shares a delimiter, in pages too", async () => {
    const expected = { keys: ["a", "a0", "b", "z", "é", "日本", "\uffee", "\u{1f600}"], prefixes: ["a/", "b/"] };
    for (const MaxKeys of [undefined, 1, 2, 3]) expect(await all({ Delimiter: "/", MaxKeys })).toMatchObject(expected);
    expect(await all({ Delimiter: "/", Prefix: "a/" })).toMatchObject({ keys: ["a/", "a/1"], prefixes: ["a/2/"] });
    expect(await all({ Prefix: "b/" })).toMatchObject({ keys: ["b/../c", "b//c"] });
    expect(await all({ StartAfter: "b" })).toMatchObject({ keys: inOrder.slice(inOrder.indexOf("b") + 1) });
  });

  test("write names so that any of them survives", async () => {
    const page = await client.send(new ListObjectsV2Command({ Bucket: "lists", EncodingType: "url", Prefix: "é" }));
    expect([page.Contents?.[0]?.Key, page.Prefix, page.EncodingType]).toEqual(["%C3%A9", "%C3%A9", "url"]);
    expect(page.Contents?.[0]).toMatchObject({ Size: 2, StorageClass: "STANDARD", ChecksumAlgorithm: ["CRC32"], ChecksumType: "FULL_OBJECT" });
    expect((await client.send(new ListObjectsV2Command({ Bucket: "lists", FetchOwner: true, MaxKeys: 1 }))).Contents?.[0]?.Owner?.ID).toMatch(/^[0-9a-f]{64}$/);
  });

  test("of the first kind go on by a marker", async () => {
    const first = await client.send(new ListObjectsCommand({ Bucket: "lists", Delimiter: "/", MaxKeys: 2 }));
    expect([first.NextMarker, first.IsTruncated, first.CommonPrefixes]).toEqual(["a/", true, [{ Prefix: "a/" }]]);
    const next = await client.send(new ListObjectsCommand({ Bucket: "lists", Delimiter: "/", MaxKeys: 2, Marker: first.NextMarker }));
    expect([next.Contents?.map(({ Key }) => Key), next.NextMarker]).toEqual([["a0", "b"], "b"]);
    expect((await client.send(new ListObjectsCommand({ Bucket: "lists", MaxKeys: 1 }))).NextMarker).toBeUndefined();
  });

  test("refuse what makes no sense", async () => {
    expect(await failure(client.send(new ListObjectsV2Command({ Bucket: "lists", ContinuationToken: "made up" })))).toMatchObject({ name: "InvalidArgument", message: "The continuation token provided is incorrect", ArgumentName: "continuation-token" });
    expect(await failure(client.send(new ListObjectsV2Command({ Bucket: "lists", MaxKeys: -1 })))).toMatchObject({ name: "InvalidArgument", ArgumentName: "max-keys", ArgumentValue: "-1" });
    expect(await failure(client.send(new ListObjectsV2Command({ Bucket: "lists", EncodingType: "other" as "url" })))).toMatchObject({ message: "Invalid Encoding Method specified in Request" });
  });

  test("of a bucket of many keys below few prefixes read little", async () => {
    await bucketOf("deep");
    await Promise.all(Array.from({ length: 300 }, (_, at) => put("deep", `${at % 2}/${at}`)));
    const page = await client.send(new ListObjectsV2Command({ Bucket: "deep", Delimiter: "/" }));
    expect([page.CommonPrefixes?.map(({ Prefix }) => Prefix), page.KeyCount, page.IsTruncated]).toEqual([["0/", "1/"], 2, false]);
  });
});

test("a version can be looked at by head", async () => {
  const Bucket = await bucketOf("heads", "Enabled");
  const id = await put(Bucket, "k", "12345");
  await put(Bucket, "k", "1");
  expect(await client.send(new HeadObjectCommand({ Bucket, Key: "k", VersionId: id }))).toMatchObject({ ContentLength: 5, VersionId: id });
});
