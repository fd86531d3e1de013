// Signatures as the SDKs of fifteen years write them, and the ones that can not be read.
import { describe, expect, test } from "vitest";
import { parseQuery } from "./query-string.ts";
import { accountFromDigits, readContentSha256, readSignature, refuseExpired, type Signature } from "./sigv4.ts";

const scope = "AKIAEXAMPLE/20261123/eu-west-1/lambda/aws4_request";
const read = (authorization: string): Signature | undefined => readSignature({ authorization }, []);
const readUrl = (query: string): Signature | undefined => readSignature({}, parseQuery(query).pairs);

describe("who signed", () => {
  test("a version 4 header names key, region and service, with or without spaces after its commas", () => {
    const expected = { accessKeyId: "AKIAEXAMPLE", region: "eu-west-1", signingName: "lambda", presigned: undefined };
    expect(read(`AWS4-HMAC-SHA256 Credential=${scope}, SignedHeaders=host;x-amz-date, Signature=abc`)).toEqual(expected);
    expect(read(`AWS4-HMAC-SHA256 SignedHeaders=host,Credential=${scope},Signature=abc`)).toEqual(expected);
  });

  test("SigV4a has no region in its scope", () => {
    expect(read("AWS4-ECDSA-P256-SHA256 Credential=AKID/20261123/s3/aws4_request, SignedHeaders=host, Signature=abc")).toMatchObject({
      region: undefined,
      signingName: "s3",
    });
  });

  test("a version 2 header names the key only", () => {
    expect(read("AWS AKIAEXAMPLE:c2lnbmF0dXJl=")).toEqual({ accessKeyId: "AKIAEXAMPLE", region: undefined, signingName: undefined, presigned: undefined });
  });

  test("presigned URLs of both versions are understood", () => {
    expect(readUrl(`X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=${encodeURIComponent(scope)}&X-Amz-Date=20261123T000000Z&X-Amz-Expires=60`)).toMatchObject({
      signingName: "lambda",
      presigned: { version: 4, date: "20261123T000000Z", expires: "60" },
    });
    expect(readUrl("AWSAccessKeyId=AKID&Expires=1700000000&Signature=x")).toMatchObject({ accessKeyId: "AKID", presigned: { version: 2, expires: "1700000000" } });
  });

  test("no signature, or one of another world, is no signature", () => {
    expect(readUrl("a=b")).toBeUndefined();
    expect(read("Bearer abc")).toBeUndefined();
    expect(read("Basic YTpi")).toBeUndefined();
  });

  test.each([
    "AWS4-HMAC-SHA256 SignedHeaders=host, Signature=abc",
    "AWS4-HMAC-SHA256 Credential=AKID/20261123/us-east-1/s3, Signature=abc",
    "AWS4-HMAC-SHA256 Credential=/20261123/us-east-1/s3/aws4_request, Signature=abc",
    "AWS4-HMAC-SHA256 Credential=AKID/today/us-east-1/s3/aws4_request, Signature=abc",
    "AWS4-HMAC-SHA256 Credential=AKID/20261123/../s3/aws4_request, Signature=abc",
    "AWS4-HMAC-SHA256 Credential=AKID/20261123/us-east-1/s3/aws4_request/more, Signature=abc",
  ])("%s can not be read", (authorization) => {
    expect(() => read(authorization)).toThrow(expect.objectContaining({ code: "IncompleteSignature" }));
  });

  test("twelve digits as access key are an account", () => {
    expect([accountFromDigits("123456789012"), accountFromDigits("AKIAEXAMPLE"), accountFromDigits("1234567890123")]).toEqual(["123456789012", undefined, undefined]);
  });
});

describe("expiry", () => {
  const at = (iso: string): number => Date.parse(iso);
  const version4 = { version: 4, date: "20261123T000000Z", expires: "60" } as const;

  test("a URL holds until its last second and not longer", () => {
    refuseExpired(version4, at("2026-11-23T00:01:00Z"));
    expect(() => refuseExpired(version4, at("2026-11-23T00:01:00.001Z"))).toThrow(
      expect.objectContaining({
        code: "AccessDenied",
        status: 403,
        message: "Request has expired",
        members: { "X-Amz-Expires": "60", Expires: "2026-11-23T00:01:00Z", ServerTime: "2026-11-23T00:01:00Z" },
      }),
    );
  });

  test("version 2 gives the moment itself", () => {
    refuseExpired({ version: 2, expires: "1700000000" }, 1_700_000_000_000);
    expect(() => refuseExpired({ version: 2, expires: "1700000000" }, 1_700_000_001_000)).toThrow(
      expect.objectContaining({ code: "AccessDenied", members: { Expires: "2023-11-14T22:13:20Z", ServerTime: "2023-11-14T22:13:21Z" } }),
    );
    expect(() => refuseExpired({ version: 2, expires: "soon" }, 0)).toThrow(expect.objectContaining({ code: "AccessDenied" }));
  });

  test.each([
    [{ ...version4, expires: undefined }, "requires"],
    [{ ...version4, date: undefined }, "requires"],
    [{ ...version4, date: "yesterday" }, "X-Amz-Date"],
    [{ ...version4, date: "20261399T000000Z" }, "X-Amz-Date"],
    [{ ...version4, expires: "-1" }, "non-negative"],
    [{ ...version4, expires: "ten" }, "number"],
    [{ ...version4, expires: "604801" }, "less than a week"],
  ])("%j is refused", (presigned, words) => {
    expect(() => refuseExpired(presigned, 0)).toThrow(expect.objectContaining({ code: "AuthorizationQueryParametersError", status: 400, message: expect.stringContaining(words) }));
  });
});

test("x-amz-content-sha256 says how the body is framed or what its hash is", () => {
  const of = (value: string): unknown => readContentSha256({ "x-amz-content-sha256": value });
  expect(readContentSha256({})).toEqual({});
  expect(of("UNSIGNED-PAYLOAD")).toEqual({});
  expect(of("AB".repeat(32))).toEqual({ sha256: "ab".repeat(32) });
  expect(of("STREAMING-AWS4-HMAC-SHA256-PAYLOAD")).toEqual({ chunked: "signed" });
  expect(of("STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER")).toEqual({ chunked: "signed-trailer" });
  expect(of("STREAMING-UNSIGNED-PAYLOAD-TRAILER")).toEqual({ chunked: "unsigned-trailer" });
  expect(() => of("nonsense")).toThrow(expect.objectContaining({ code: "InvalidArgument", members: { ArgumentName: "x-amz-content-sha256", ArgumentValue: "nonsense" } }));
});
