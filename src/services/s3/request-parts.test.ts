// What requests carry beside bytes: tags, metadata, copy sources, policies, headers that are refused.
import { describe, expect, test } from "vitest";
import { checkedMetadata, contentHeaders, metadataHeaders } from "./attributes.ts";
import { checkPolicy } from "./bucket-policy.ts";
import { parseCopySource } from "./copy-source.ts";
import { isPublicPolicy } from "./public-access.ts";
import { refuseUnbuilt } from "./refusals.ts";
import { documentTags, headerTags } from "./tags.ts";
import { readToken, writeToken } from "./tokens.ts";

describe("tags", () => {
  test("come in a header as a query", () => {
    expect(headerTags("a=1&b%20c=%C3%A9&d")).toEqual([{ Key: "a", Value: "1" }, { Key: "b c", Value: "é" }, { Key: "d", Value: "" }]);
    expect(headerTags("")).toBeUndefined();
    for (const header of ["a=1&a=2", "=1"]) expect(() => headerTags(header)).toThrow("without tag name duplicates");
  });

  test.each([
    [[{ Key: "k".repeat(129), Value: "" }], "The TagKey you have provided is invalid"], [[{ Key: "k", Value: "v".repeat(257) }], "The TagValue you have provided is invalid"],
    [[{ Key: "a<b", Value: "" }], "The TagKey you have provided is invalid"], [[{ Key: "aws:x", Value: "" }], "System tags cannot be added/updated by requester"],
    [[{ Key: "a" }], "The XML you provided was not well-formed"], [undefined, "The XML you provided was not well-formed"],
  ])("%# are refused: %s", (tags, message) => {
    expect(() => documentTags(tags, "Object")).toThrow(message);
  });
});

describe("attributes", () => {
  test("aws-chunked says how the bytes travelled, not what they are", () => {
    const encodings = ["aws-chunked", "gzip,aws-chunked", "aws-chunked, gzip, br", undefined].map((header) => contentHeaders(header === undefined ? {} : { "content-encoding": header }).contentEncoding);
    expect(encodings).toEqual([undefined, "gzip", "gzip,br", undefined]);
  });

  test("metadata has a limit and goes back in ASCII", () => {
    expect(() => checkedMetadata({ a: "x".repeat(2048) })).toThrow("Your metadata headers exceed the maximum allowed metadata size");
    expect(checkedMetadata({ a: "x".repeat(2047) })).toBeDefined();
    // The user guide's own example: the header's UTF-8 bytes, each taken for a Latin-1 character.
    const asNodeReadsIt = Buffer.from("ÄMÄZÕÑ S3").toString("latin1");
    expect(metadataHeaders({ ascii: "AMAZONS3", nonascii: asNodeReadsIt })).toEqual({ ascii: "AMAZONS3", nonascii: "=?UTF-8?B?w4PChE3Dg8KEWsODwpXDg8KRIFMz?=" });
  });
});

describe("a copy source", () => {
  test.each([
    ["b/k", { bucket: "b", key: "k" }], ["/b/k/l", { bucket: "b", key: "k/l" }], ["b/%C3%A9%2Bx?versionId=abc", { bucket: "b", key: "é+x", versionId: "abc" }], ["b%2Fk", { bucket: "b", key: "k" }],
    ["b/a+b", { bucket: "b", key: "a b" }], ["b/what?", { bucket: "b", key: "what?" }], ["b/../../x", { bucket: "b", key: "../../x" }],
  ])("%s", (header, expected) => {
    expect(parseCopySource(header)).toEqual(expected);
  });
  test.each([undefined, "", "/", "b", "b/", "/k", "b/%zz"])("%j names no object", (header) => {
    expect(() => parseCopySource(header)).toThrow("Copy Source must mention the source bucket and key");
  });
});

describe("a policy", () => {
  const bucket = { name: "b", account: "000000000000", region: "us-east-1", createdMs: 0, ownershipControls: true };
  const allow = { Effect: "Allow", Principal: "*", Action: "s3:GetObject", Resource: "arn:aws:s3:::b/*" };
  const text = (...Statement: object[]): string => JSON.stringify({ Version: "2012-10-17", Statement });

  test.each([text(allow), JSON.stringify({ Statement: allow }), text({ ...allow, Principal: { AWS: "arn:aws:iam::000000000000:root" }, Action: ["s3:*"], Resource: ["arn:aws:s3:::b", "arn:aws:s3:::b/*"] })])("%# is kept", (document) => {
    expect(() => checkPolicy(document, bucket)).not.toThrow();
  });

  test.each([
    ["[]", "Policies must be valid JSON"], [" {}", "the first byte must be '{'"], ["{", "Policies must be valid JSON"], ["{}", "Missing required field Statement"], ['{"Version":"x","Statement":[]}', "valid version string"],
    [text({ ...allow, Effect: "Maybe" }), "Invalid effect"], [text({ ...allow, Principal: undefined }), "Missing required field Principal"], [text({ ...allow, Action: "ec2:*" }), "Policy has invalid action"],
    [text({ ...allow, Resource: "arn:aws:s3:::other/*" }), "Policy has invalid resource"], [text({ ...allow, Resource: undefined }), "Missing required field Resource"], [text({ ...allow, Condition: "x" }), "Conditions"],
    [text({ ...allow, Sid: "x".repeat(20 * 1024) }), "exceeds the maximum allowed document size"],
  ])("%s is refused: %s", (document, message) => {
    expect(() => checkPolicy(document, bucket)).toThrow(message);
  });

  test.each([
    [allow, true], [{ ...allow, Principal: { AWS: ["*"] } }, true], [{ ...allow, Effect: "Deny" }, false], [{ ...allow, Principal: { AWS: "123456789012" } }, false], [{ ...allow, Principal: { Service: "x.amazonaws.com" } }, false],
    [{ ...allow, Condition: { StringEquals: { "aws:PrincipalOrgID": "o-1" } } }, false], [{ ...allow, Condition: { StringLike: { "aws:SourceArn": "arn:*" } } }, true], [{ ...allow, Condition: { Bool: { "aws:SecureTransport": "true" } } }, true],
  ])("%j is public: %s", (statement, expected) => {
    expect(isPublicPolicy(text(statement))).toBe(expected);
  });
});

describe("headers", () => {
  test.each([
    {}, { "x-amz-server-side-encryption": "AES256" }, { "x-amz-storage-class": "STANDARD" }, { "x-amz-acl": "private" }, { "x-amz-acl": "bucket-owner-full-control" }, { "x-amz-meta-anything": "x" }, { "x-amz-server-side-encryption-bucket-key-enabled": "False" },
  ])("%j ask for nothing that is missing", (headers) => {
    expect(() => refuseUnbuilt(headers as Record<string, string>)).not.toThrow();
  });
  test.each([
    [{ "x-amz-server-side-encryption": "aws:kms" }, "NotImplemented"], [{ "x-amz-object-lock-mode": "GOVERNANCE" }, "NotImplemented"], [{ "x-amz-storage-class": "STANDARD_IA" }, "NotImplemented"], [{ "x-amz-storage-class": "x" }, "InvalidStorageClass"],
    [{ "x-amz-acl": "public-read" }, "AccessControlListNotSupported"], [{ "x-amz-grant-read": "id=x" }, "AccessControlListNotSupported"], [{ "x-amz-acl": "nonsense" }, "InvalidArgument"],
  ])("%j are refused: %s", (headers, code) => {
    expect(() => refuseUnbuilt(headers as Record<string, string>)).toThrow(expect.objectContaining({ code }));
  });
});

test("tokens come back whole, and nothing else does", () => {
  for (const name of ["", "a/b", "é\u{1f600}", "x".repeat(1024)]) expect(readToken(writeToken(name))).toBe(name);
  for (const token of ["x", "MQ==", "////", writeToken("a").slice(1)]) expect(() => readToken(token)).toThrow("The continuation token provided is incorrect");
});
