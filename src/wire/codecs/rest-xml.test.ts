import { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import {
  CompleteMultipartUploadCommand, CopyObjectCommand, CreateBucketCommand, DeleteObjectsCommand, GetBucketAclCommand, GetBucketLocationCommand, GetBucketTaggingCommand, GetObjectAttributesCommand, GetObjectCommand,
  HeadObjectCommand, InvalidObjectState, ListObjectsV2Command, ListObjectVersionsCommand, NoSuchKey, PutBucketAclCommand, PutBucketLifecycleConfigurationCommand, PutBucketNotificationConfigurationCommand,
  PutObjectCommand, PutObjectRetentionCommand, S3Client, UploadPartCommand, GetBucketPolicyCommand,
} from "@aws-sdk/client-s3";
import { describe, expect, test } from "vitest";
import { fault, type Fault } from "../../kernel/fault.ts";
import { limits } from "../../kernel/limits.ts";
import type { WireReply, WireRequest } from "../protocol.ts";
import { restXml } from "./rest-xml.ts";
import { context, exchange, model, settings } from "./sdk-for-test.ts";

const s3 = (command: object, reply: unknown): ReturnType<typeof exchange> =>
  exchange("s3", "restXml", (requestHandler) => new S3Client({ ...settings, forcePathStyle: true, requestChecksumCalculation: "WHEN_REQUIRED", requestHandler }), command, reply);

const at = new Date("2026-03-04T05:06:07.000Z");
const textOf = (reply: WireReply): string => Buffer.from(reply.body as Uint8Array).toString("utf8");

describe("restXml with the SDK's S3 client", () => {
  test("reads labels, headers, metadata and a streamed body", async () => {
    const input = {
      Bucket: "pictures", Key: "a b/ü+%/c?.jpg", ContentType: "image/jpeg", ContentLength: 5, Metadata: { colour: "blue", "x-y": "1" }, Expires: at, StorageClass: "STANDARD", ServerSideEncryption: "AES256",
      Tagging: "a=b", BucketKeyEnabled: true, ObjectLockRetainUntilDate: at, IfNoneMatch: "*",
    } as const;
    const { input: read, output } = await s3(new PutObjectCommand({ ...input, Body: "hello" }), { ETag: '"5d41402a"', VersionId: "v1", Size: 5 });
    expect(read).toMatchObject(input);
    expect(read).toHaveProperty("Body", new Uint8Array(Buffer.from("hello")));
    expect(output).toMatchObject({ ETag: '"5d41402a"', VersionId: "v1", Size: 5 });
    const stream = Readable.from(["x"]);
    const request: WireRequest = { operation: "PutObject", labels: { Bucket: "b", Key: "k" }, query: [], headers: {}, body: stream };
    expect(restXml.decode(model("s3"), "PutObject", request)).toEqual({ Bucket: "b", Key: "k", Body: stream });
  });

  test("writes a streamed body with its headers", async () => {
    const output = { Body: Readable.from(["hel", "lo"]), ContentType: "text/plain", ContentLength: 5, LastModified: at, ETag: '"e"', Metadata: { colour: "blue" }, DeleteMarker: false, PartsCount: 2 };
    const { output: answered, input } = await s3(new GetObjectCommand({ Bucket: "b", Key: "k", Range: "bytes=0-4", IfModifiedSince: at, PartNumber: 1, ResponseContentType: "a/b" }), output);
    expect(input).toEqual({ Bucket: "b", Key: "k", Range: "bytes=0-4", IfModifiedSince: at, PartNumber: 1, ResponseContentType: "a/b", ChecksumMode: "ENABLED" });
    expect(answered).toMatchObject({ ContentType: "text/plain", ContentLength: 5, LastModified: at, ETag: '"e"', Metadata: { colour: "blue" }, DeleteMarker: false, PartsCount: 2 });
    expect(await text((answered as { Body: Readable }).Body)).toBe("hello");
    expect((await s3(new HeadObjectCommand({ Bucket: "b", Key: "k" }), { ContentLength: 9, LastModified: at })).output).toMatchObject({ ContentLength: 9, LastModified: at });
  });

  test("reads XML payloads: flattened lists, nested lists, attributes, timestamps, booleans", async () => {
    const parts = { MultipartUpload: { Parts: [{ PartNumber: 1, ETag: '"a&b"' }, { PartNumber: 2, ETag: "<c>", ChecksumCRC32: "AAAAAA==" }] } };
    expect((await s3(new CompleteMultipartUploadCommand({ Bucket: "b", Key: "k", UploadId: "u", ...parts }), { Location: "l" })).input).toEqual({ Bucket: "b", Key: "k", UploadId: "u", ...parts });
    const acl = { AccessControlPolicy: { Owner: { ID: "o" }, Grants: [{ Grantee: { Type: "CanonicalUser", ID: "x" }, Permission: "READ" }] } } as const;
    expect((await s3(new PutBucketAclCommand({ Bucket: "b", AccessControlPolicy: { ...acl.AccessControlPolicy, Grants: [...acl.AccessControlPolicy.Grants] } }), undefined)).input).toMatchObject({ Bucket: "b", ...acl });
    const removal = { Delete: { Objects: [{ Key: "a\r\nb\u0001" }, { Key: " k ", VersionId: "v" }], Quiet: true } };
    expect((await s3(new DeleteObjectsCommand({ Bucket: "b", ...removal }), { Deleted: [{ Key: "a" }] })).input).toMatchObject({ Delete: { Objects: [{}, { Key: " k ", VersionId: "v" }], Quiet: true } });
    expect((await s3(new PutObjectRetentionCommand({ Bucket: "b", Key: "k", Retention: { Mode: "GOVERNANCE", RetainUntilDate: at } }), {})).input).toMatchObject({ Retention: { Mode: "GOVERNANCE", RetainUntilDate: at } });
    expect((await s3(new CreateBucketCommand({ Bucket: "b", CreateBucketConfiguration: { LocationConstraint: "eu-west-1" } }), { Location: "/b" })).input).toEqual({ Bucket: "b", CreateBucketConfiguration: { LocationConstraint: "eu-west-1" } });
  });

  test("reads notification and lifecycle configurations", async () => {
    const notification = { NotificationConfiguration: { LambdaFunctionConfigurations: [{ Id: "t", LambdaFunctionArn: "arn:f", Events: ["s3:ObjectCreated:*", "s3:ObjectRemoved:*"], Filter: { Key: { FilterRules: [{ Name: "prefix", Value: "in/" }, { Name: "suffix", Value: ".jpg" }] } } }], EventBridgeConfiguration: {} } } as const;
    expect((await s3(new PutBucketNotificationConfigurationCommand({ Bucket: "b", ...structuredClone(notification) } as never), undefined)).input).toEqual({ Bucket: "b", ...notification });
    const rules = { LifecycleConfiguration: { Rules: [{ ID: "r", Status: "Enabled", Filter: { And: { Prefix: "p", Tags: [{ Key: "a", Value: "" }] } }, Expiration: { Date: new Date("2030-01-01T00:00:00Z") }, Transitions: [{ Days: 30, StorageClass: "GLACIER" }] }] } } as const;
    expect((await s3(new PutBucketLifecycleConfigurationCommand({ Bucket: "b", ...structuredClone(rules) } as never), {})).input).toMatchObject(rules);
  });

  test("writes listings with keys of every kind", async () => {
    const keys = ["plain", "a&b<c>\"'", "line\nend", "return\r", "tab\t", "ü\u{1f600}", " lead and trail "];
    const { output, input } = await s3(new ListObjectsV2Command({ Bucket: "b", Prefix: "a b", Delimiter: "/", MaxKeys: 3, FetchOwner: true, StartAfter: "é" }), {
      Name: "b", KeyCount: keys.length, IsTruncated: false, Contents: keys.map((Key) => ({ Key, Size: 3, LastModified: at, ETag: '"e"', ChecksumAlgorithm: ["CRC32", "SHA256"], Owner: { ID: "o" } })), CommonPrefixes: [{ Prefix: "a/" }],
    });
    expect(input).toEqual({ Bucket: "b", Prefix: "a b", Delimiter: "/", MaxKeys: 3, FetchOwner: true, StartAfter: "é" });
    expect((output as { Contents: { Key: string }[] }).Contents.map(({ Key }) => Key)).toEqual(keys);
    expect(output).toMatchObject({ Name: "b", KeyCount: keys.length, IsTruncated: false, CommonPrefixes: [{ Prefix: "a/" }], Contents: [{ Size: 3, LastModified: at, ETag: '"e"', ChecksumAlgorithm: ["CRC32", "SHA256"], Owner: { ID: "o" } }, {}, {}, {}, {}, {}, {}] });
    const versions = await s3(new ListObjectVersionsCommand({ Bucket: "b" }), { Versions: [{ Key: "k", IsLatest: true, VersionId: "1" }], DeleteMarkers: [{ Key: "d", IsLatest: false }] });
    expect(versions.output).toMatchObject({ Versions: [{ Key: "k", IsLatest: true, VersionId: "1" }], DeleteMarkers: [{ Key: "d", IsLatest: false }] });
  });

  test("frames documents as S3 does", () => {
    const listing = textOf(restXml.encode(model("s3"), "ListObjectsV2", { Name: "b", Contents: [{ Key: "\r\u0001" }] }, context));
    expect(listing).toBe('<?xml version="1.0" encoding="UTF-8"?>\n<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Contents><Key>&#13;&#x1;</Key></Contents><Name>b</Name></ListBucketResult>');
    expect(textOf(restXml.encode(model("s3"), "CopyObject", { CopyObjectResult: { ETag: '"e"', LastModified: at } }, context))).toContain(
      '<CopyObjectResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><ETag>&quot;e&quot;</ETag><LastModified>2026-03-04T05:06:07.000Z</LastModified></CopyObjectResult>');
    const acl = textOf(restXml.encode(model("s3"), "GetBucketAcl", { Owner: { ID: "o" }, Grants: [{ Grantee: { Type: "CanonicalUser", ID: "o" }, Permission: "FULL_CONTROL" }] }, context));
    expect(acl).toContain('<AccessControlPolicy xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Owner><ID>o</ID></Owner><AccessControlList><Grant><Grantee xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:type="CanonicalUser"><ID>o</ID></Grantee>');
  });

  test("answers the location of a bucket in its odd root, also when there is none", async () => {
    expect((await s3(new GetBucketLocationCommand({ Bucket: "b" }), { LocationConstraint: "eu-west-1" })).output).toMatchObject({ LocationConstraint: "eu-west-1" });
    const none = restXml.encode(model("s3"), "GetBucketLocation", {}, context);
    expect(textOf(none)).toBe('<?xml version="1.0" encoding="UTF-8"?>\n<LocationConstraint xmlns="http://s3.amazonaws.com/doc/2006-03-01/"/>');
  });

  test("reads header lists and writes tag sets, ACLs, policies and copies", async () => {
    expect((await s3(new GetObjectAttributesCommand({ Bucket: "b", Key: "k", ObjectAttributes: ["ETag", "ObjectSize"] }), { ETag: "e", ObjectSize: 4, ObjectParts: { TotalPartsCount: 1, Parts: [{ PartNumber: 1, Size: 4 }] } })).input).toMatchObject({ ObjectAttributes: ["ETag", "ObjectSize"] });
    expect((await s3(new GetBucketTaggingCommand({ Bucket: "b" }), { TagSet: [{ Key: "a", Value: "b" }] })).output).toMatchObject({ TagSet: [{ Key: "a", Value: "b" }] });
    expect((await s3(new GetBucketAclCommand({ Bucket: "b" }), { Owner: { ID: "o" }, Grants: [{ Grantee: { Type: "Group", URI: "http://g" }, Permission: "READ" }] })).output).toMatchObject({ Grants: [{ Grantee: { Type: "Group", URI: "http://g" }, Permission: "READ" }] });
    expect((await s3(new GetBucketPolicyCommand({ Bucket: "b" }), { Policy: '{"a":1}' })).output).toMatchObject({ Policy: '{"a":1}' });
    expect((await s3(new CopyObjectCommand({ Bucket: "b", Key: "k", CopySource: "b/ü", MetadataDirective: "REPLACE", Metadata: {} }), { CopyObjectResult: { ETag: '"e"', LastModified: at } })).output).toMatchObject({ CopyObjectResult: { ETag: '"e"', LastModified: at } });
    expect((await s3(new UploadPartCommand({ Bucket: "b", Key: "k", UploadId: "u", PartNumber: 7, Body: "x" }), { ETag: '"p"' })).input).toMatchObject({ UploadId: "u", PartNumber: 7 });
  });

  test("throws the SDK's own exceptions with their members", async () => {
    const missing = await s3(new GetObjectCommand({ Bucket: "b", Key: "k" }), fault("NoSuchKey", { message: "The specified key does not exist.", status: 404, Key: "k & k" }));
    expect(missing.error).toBeInstanceOf(NoSuchKey);
    expect(missing.error).toMatchObject({ message: "The specified key does not exist.", Key: "k & k", $metadata: { httpStatusCode: 404 } });
    const archived = await s3(new GetObjectCommand({ Bucket: "b", Key: "k" }), fault("InvalidObjectState", { message: "archived", StorageClass: "GLACIER" }));
    expect(archived.error).toBeInstanceOf(InvalidObjectState);
    expect(archived.error).toMatchObject({ StorageClass: "GLACIER", $metadata: { httpStatusCode: 403 } });
    const unmodelled = await s3(new GetBucketTaggingCommand({ Bucket: "b" }), fault("NoSuchTagSet", { message: "The TagSet does not exist", status: 404, BucketName: "b" }));
    expect(unmodelled.error).toMatchObject({ name: "NoSuchTagSet", BucketName: "b" });
  });

  test("frames errors with both ids, and puts lower-case members into headers", () => {
    const reply = restXml.encodeError(undefined, { code: "MethodNotAllowed", message: "No <way>", status: 405, members: { Method: "POST", "x-amz-delete-marker": "true" } }, context);
    expect(textOf(reply)).toBe(`<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>MethodNotAllowed</Code><Message>No &lt;way&gt;</Message><Method>POST</Method><RequestId>${context.requestId}</RequestId><HostId>hostId=</HostId></Error>`);
    expect(reply.headers).toEqual({ "content-type": "application/xml", "x-amz-delete-marker": "true" });
    expect(restXml.encodeError(model("s3"), { code: "NotModified", message: "", status: 304, members: { etag: '"e"' } }, context)).toEqual({ status: 304, headers: { etag: '"e"' } });
  });

  test("lets no stored value break a header", () => {
    const { headers } = restXml.encode(model("s3"), "GetObject", { ContentDisposition: "a\r\nx-evil: 1", Metadata: { name: "ü\u{1f600}" } }, context);
    expect(headers["content-disposition"]).toBe("=?UTF-8?B?YQ0KeC1ldmlsOiAx?=");
    expect(headers["x-amz-meta-name"]).toBe("=?UTF-8?B?w7zwn5iA?=");
  });
});

describe("restXml with bad input", () => {
  const put = (operation: string, xml: string | Uint8Array): unknown =>
    restXml.decode(model("s3"), operation, { operation, labels: { Bucket: "b", Key: "k" }, query: [], headers: {}, body: typeof xml === "string" ? Buffer.from(xml) : xml });

  test.each([
    "", "x", "<", "<Tagging", "<Tagging>", "<Tagging></tagging>", "<Tagging/><Tagging/>", "<Tagging/>x", "<Other/>", "<Tagging><Nope/></Tagging>", "<Tagging>text</Tagging>",
    "<Tagging><TagSet><Tag><Key>a<b/></Key></Tag></TagSet></Tagging>", "<Tagging><TagSet><Wrong/></TagSet></Tagging>", "<Tagging a=1/>", '<Tagging a="1" a="2"/>', '<Tagging a="<"/>', '<Tagging a="1"b="2"/>',
    '<!DOCTYPE Tagging [<!ENTITY a "aaaa">]><Tagging/>', "<Tagging><TagSet><Tag><Key>&unknown;</Key></Tag></TagSet></Tagging>", "<Tagging><TagSet><Tag><Key>&#0;</Key></Tag></TagSet></Tagging>",
    "<Tagging><TagSet><Tag><Key>&</Key></Tag></TagSet></Tagging>", "<Tagging><TagSet><Tag><Key>&#xD800;</Key></Tag></TagSet></Tagging>", "<Tagging><!-- <TagSet/></Tagging>", "<Tagging><![CDATA[x]]></Tagging>",
    `${"<Tagging>".repeat(limits.http.nestingMax + 2)}`, `<Tagging>${"<TagSet/>".repeat(limits.http.xmlElementsMax + 1)}</Tagging>`,
  ])("refuses %.80s", (xml) => {
    if (xml === "") expect(put("PutBucketTagging", xml)).toEqual({ Bucket: "b" });
    else expect(() => put("PutBucketTagging", xml)).toThrow(expect.objectContaining({ code: "MalformedXML", status: 400 }) as Fault);
  });

  test("refuses what is no UTF-8, too large, or of the wrong type", () => {
    expect(() => put("PutBucketTagging", new Uint8Array([0x3c, 0xff]))).toThrow(expect.objectContaining({ code: "MalformedXML" }) as Fault);
    expect(() => put("PutBucketTagging", Buffer.alloc(limits.http.xmlBytesMax + 1, " "))).toThrow(expect.objectContaining({ code: "MaxMessageLengthExceeded" }) as Fault);
    expect(() => put("CompleteMultipartUpload", "<CompleteMultipartUpload><Part><PartNumber>one</PartNumber></Part></CompleteMultipartUpload>")).toThrow(expect.objectContaining({ code: "MalformedXML" }) as Fault);
    const list = (MaxKeys: string): unknown => restXml.decode(model("s3"), "ListObjectsV2", { operation: "ListObjectsV2", labels: { Bucket: "b" }, query: [["max-keys", MaxKeys]], headers: {}, body: new Uint8Array() });
    expect(() => list("many")).toThrow(expect.objectContaining({ code: "InvalidArgument", message: "Provided max-keys not an integer or within integer range", members: { ArgumentName: "max-keys", ArgumentValue: "many" } }) as Fault);
    expect(() => list("99999999999")).toThrow(expect.objectContaining({ code: "InvalidArgument" }) as Fault);
  });

  test("reads what other XML writers write", () => {
    const xml = '\ufeff<?xml version="1.0" encoding="UTF-8"?>\n<!-- by hand -->\n<s3:Tagging xmlns:s3=\'http://s3.amazonaws.com/doc/2006-03-01/\'>\r\n <TagSet ><Tag><Key>a&amp;&#x62;&#99;</Key><Value><![CDATA[<d>]]></Value></Tag ><Tag><Value/><Key>&lt;&gt;&quot;&apos;</Key></Tag></TagSet></s3:Tagging>\n<?end?>';
    expect(put("PutBucketTagging", xml)).toEqual({ Bucket: "b", Tagging: { TagSet: [{ Key: "a&bc", Value: "<d>" }, { Value: "", Key: "<>\"'" }] } });
  });

  test("ignores dates in headers that are none", () => {
    const request: WireRequest = { operation: "GetObject", labels: { Bucket: "b", Key: "k" }, query: [], headers: { "if-modified-since": "yesterday", "if-unmodified-since": "Wed, 04 Mar 2026 05:06:07 GMT" }, body: new Uint8Array() };
    expect(restXml.decode(model("s3"), "GetObject", request)).toEqual({ Bucket: "b", Key: "k", IfUnmodifiedSince: at });
  });
});
