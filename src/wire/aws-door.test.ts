// The chain of the AWS door: what every answer carries, what is refused and how, and what stays inside.
import { createHash } from "node:crypto";
import { connect as connectTcp } from "node:net";
import type { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { gzipSync } from "node:zlib";
import { afterEach, describe, expect, test } from "vitest";
import { fault, outage } from "../kernel/fault.ts";
import { limits } from "../kernel/limits.ts";
import type { AwsDoorOptions } from "./aws-door.ts";
import { ask, raw, until } from "./serve-for-test.ts";
import { serveServices, serviceOf, type TestCloud } from "./serve-services-for-test.ts";
import type { BoundService, Call } from "./service.ts";

const open: TestCloud[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((cloud) => cloud.close(0)));
});
async function serve(services: readonly BoundService[], options: Partial<AwsDoorOptions> = {}): Promise<TestCloud> {
  const cloud = await serveServices(services, options);
  open.push(cloud);
  return cloud;
}

type Input = Record<string, unknown>;
const signed = (service: string, key = "AKIDEXAMPLE"): string => `AWS4-HMAC-SHA256 Credential=${key}/20261123/eu-west-1/${service}/aws4_request, SignedHeaders=host, Signature=00`;
const form = { "content-type": "application/x-www-form-urlencoded" };
const target = (name: string): Record<string, string> => ({ "x-amz-target": name, "content-type": "application/x-amz-json-1.1" });
const storing = (into: Buffer[]): BoundService =>
  serviceOf("s3", {
    PutObject: async (input: Input) => {
      const bytes = await buffer(input["Body"] as Readable);
      into.push(bytes);
      return {};
    },
  });

describe("every answer carries a request id", () => {
  const fails = (): Promise<never> => Promise.reject(fault("ResourceNotFoundException", { message: "not here", Type: "User" }));
  test("S3's two, for success, fault and refusal", async () => {
    const cloud = await serve([serviceOf("s3", { ListBuckets: async () => ({ Buckets: [] }), GetObject: fails })]);
    for (const path of ["/", "/b/k", "/b?acl"]) {
      const { reply } = await ask(cloud, path);
      expect([reply.headers["x-amz-request-id"], reply.headers["x-amz-id-2"], reply.headers["server"]]).toEqual([expect.stringMatching(/^[0-9A-Z]{16}$/), expect.any(String), "AmazonS3"]);
      expect(reply.headers["x-amzn-requestid"]).toBeUndefined();
    }
    const { body, reply } = await ask(cloud, "/b/k");
    expect(body).toContain(`<RequestId>${String(reply.headers["x-amz-request-id"])}</RequestId>`);
    expect(body).toContain(`<HostId>${String(reply.headers["x-amz-id-2"])}</HostId>`);
  });

  test("the others' one, and Query's in the body too", async () => {
    const cloud = await serve([serviceOf("lambda", { GetFunction: fails }), serviceOf("sts", { GetCallerIdentity: async () => ({ Account: "1" }) }), serviceOf("logs", {})]);
    const lambda = await ask(cloud, "/2015-03-31/functions/f");
    expect([lambda.reply.statusCode, lambda.reply.headers["x-amzn-requestid"]]).toEqual([404, expect.stringMatching(/^[\da-f-]{36}$/)]);
    const sts = await ask(cloud, "/", { method: "POST", headers: form, body: "Action=GetCallerIdentity&Version=2011-06-15" });
    expect(sts.body).toContain(`<RequestId>${String(sts.reply.headers["x-amzn-requestid"])}</RequestId>`);
    const broken = await ask(cloud, "/", { method: "POST", headers: target("Nonsense.X"), body: "{}" });
    expect([broken.reply.statusCode, JSON.parse(broken.body)["__type"], broken.reply.headers["x-amzn-requestid"]]).toEqual([400, expect.stringContaining("UnknownOperationException"), expect.any(String)]);
  });
});

describe("what is not there", () => {
  test.each([
    ["JSON", "/2015-03-31/functions/f/versions", { method: "POST", headers: { "content-type": "application/json" }, body: "{}" }, "lambda.PublishVersion"],
    ["S3", "/b?website", {}, "s3.GetBucketWebsite"],
    ["Query", "/", { method: "POST", headers: { ...form, authorization: signed("sts") }, body: "Action=GetFederationToken&Version=2011-06-15&Name=n" }, "sts.GetFederationToken"],
    ["awsJson", "/", { method: "POST", headers: target("Logs_20140328.CreateDelivery"), body: "{}" }, "logs.CreateDelivery"],
  ])("%s: an operation without a handler is refused by name", async (_protocol, path, request, operation) => {
    const { reply, body } = await ask(await serve([serviceOf("lambda", {})]), path, request);
    expect(reply.statusCode).toBe(501);
    expect(body).toContain(`The operation ${operation} is not implemented yet by Fugaz.`);
    expect(`${body} ${String(reply.headers["x-amzn-errortype"])}`).toContain("NotImplemented");
  });

  test("a service without a model is refused by name", async () => {
    const { reply, body } = await ask(await serve([]), "/v1/apis", { headers: { authorization: signed("appsync") } });
    expect([reply.statusCode, body]).toEqual([501, expect.stringMatching(/The service .*appsync.* is not implemented yet/)]);
  });
});

describe("failures", () => {
  test("a fault's members travel with the service's own; a header's status wins", async () => {
    const cloud = await serve([
      serviceOf("lambda", { GetFunction: () => Promise.reject(fault("ResourceNotFoundException", { message: "Function not found" })) }, { errorMembers: { Type: "User" } }),
    ]);
    const { reply, body } = await ask(cloud, "/2015-03-31/functions/f");
    expect(JSON.parse(body)).toMatchObject({ Type: "User", Message: "Function not found" });
    expect(reply.headers["x-amzn-errortype"]).toContain("ResourceNotFoundException");
    expect(cloud.failures).toEqual([]);
  });

  test("a bug is told to the operator and not to the caller", async () => {
    const bug = new TypeError("undefined is not a secret");
    const cloud = await serve([serviceOf("lambda", { ListFunctions: () => Promise.reject(bug) }), serviceOf("s3", { ListBuckets: () => Promise.reject(bug) })]);
    const lambda = await ask(cloud, "/2015-03-31/functions");
    const s3 = await ask(cloud, "/");
    expect([lambda.reply.statusCode, s3.reply.statusCode]).toEqual([500, 500]);
    expect(lambda.reply.headers["x-amzn-errortype"]).toContain("InternalFailure");
    expect(s3.body).toContain("<Code>InternalError</Code>");
    expect(lambda.body + s3.body).not.toContain("secret");
    expect(cloud.failures).toEqual([
      { error: bug, kind: "bug", requestId: lambda.reply.headers["x-amzn-requestid"], service: "lambda", operation: "ListFunctions" },
      { error: bug, kind: "bug", requestId: s3.reply.headers["x-amz-request-id"], service: "s3", operation: "ListBuckets" },
    ]);
  });

  test("an outage asks for patience, one that will not pass is an internal error", async () => {
    const down = (retryable: boolean) => () => Promise.reject(outage("store.commit", { cause: new Error("disk full"), retryable }));
    const cloud = await serve([serviceOf("lambda", { ListFunctions: down(true), GetAccountSettings: down(false) }), serviceOf("s3", { ListBuckets: down(true) })]);
    const codes = await Promise.all(["/2015-03-31/functions", "/2016-08-19/account-settings", "/"].map((path) => ask(cloud, path)));
    expect(codes.map(({ reply }) => reply.statusCode)).toEqual([503, 500, 503]);
    expect(codes[2]?.body).toContain("<Code>SlowDown</Code>");
    expect(cloud.failures.map(({ kind }) => kind)).toEqual(["outage", "outage", "outage"]);
  });

  test("a signature that can not be read is refused in each protocol's words", async () => {
    const cloud = await serve([]);
    const authorization = "AWS4-HMAC-SHA256 Credential=AKID/today/us-east-1/s3/aws4_request, Signature=0";
    expect((await ask(cloud, "/", { headers: { authorization } })).body).toContain("<Code>AuthorizationHeaderMalformed</Code>");
    expect((await ask(cloud, "/", { method: "POST", headers: { ...target("Logs_20140328.X"), authorization }, body: "{}" })).body).toContain("IncompleteSignatureException");
    expect((await ask(cloud, "/", { method: "POST", headers: { ...form, authorization }, body: "Action=X" })).body).toContain("<Code>IncompleteSignature</Code>");
  });
});

describe("the call", () => {
  const whoAmI = (seen: Call[]): BoundService =>
    serviceOf("lambda", {
      ListFunctions: async (_input: Input, call: Call) => {
        seen.push(call);
        return {};
      },
    });

  test("account and region come from the credential, else from the configuration", async () => {
    const seen: Call[] = [];
    const cloud = await serve([whoAmI(seen)], { accountOf: (key) => (key === "AKIDEXAMPLE" ? "111111111111" : undefined) });
    await ask(cloud, "/2015-03-31/functions?Marker=a%20b", { headers: { authorization: signed("lambda") } });
    await ask(cloud, "/2015-03-31/functions", { headers: { authorization: signed("lambda", "OTHER") } });
    await ask(cloud, "/2015-03-31/functions", { headers: { host: "lambda.ap-south-1.amazonaws.com" } });
    expect(seen.map(({ account, region, accessKeyId }) => [account, region, accessKeyId])).toEqual([
      ["111111111111", "eu-west-1", "AKIDEXAMPLE"],
      ["000000000000", "eu-west-1", "OTHER"],
      ["000000000000", "ap-south-1", undefined],
    ]);
    expect(seen[0]).toMatchObject({ service: "lambda", operation: "ListFunctions", query: { Marker: "a b" }, sourceIp: "127.0.0.1", endpoint: cloud.endpoint });
  });

  test("a handler calls another service as the same caller; what that lacks is a fault of its own", async () => {
    const cloud = await serve([
      serviceOf("lambda", { ListFunctions: async (_input: Input, call: Call) => ({ NextMarker: JSON.stringify(await call.call("sts", "GetCallerIdentity", {})) }) }),
      serviceOf("sts", { GetCallerIdentity: async (_input: Input, call: Call) => ({ Account: call.account, Arn: `${call.service}.${call.operation}` }) }),
    ]);
    const { body } = await ask(cloud, "/2015-03-31/functions", { headers: { authorization: signed("lambda", "123456789012") } });
    expect(JSON.parse(JSON.parse(body)["NextMarker"])).toEqual({ Account: "123456789012", Arn: "sts.GetCallerIdentity" });
    const lonely = await serve([serviceOf("lambda", { ListFunctions: async (_input: Input, call: Call) => call.call("sts", "GetCallerIdentity", {}) })]);
    expect((await ask(lonely, "/2015-03-31/functions")).reply.statusCode).toBe(501);
  });

  test("input is validated before the handler sees it", async () => {
    const seen: Call[] = [];
    const cloud = await serve([whoAmI(seen)]);
    const { reply } = await ask(cloud, "/2015-03-31/functions?MaxItems=0");
    expect([reply.statusCode, seen.length]).toEqual([400, 0]);
  });
});

describe("bodies", () => {
  test("a wrong x-amz-content-sha256 is refused and nothing is kept, a right one passes", async () => {
    const stored: Buffer[] = [];
    const cloud = await serve([storing(stored)]);
    const right = createHash("sha256").update("content").digest("hex");
    const refused = await ask(cloud, "/b/k", { method: "PUT", headers: { "x-amz-content-sha256": "0".repeat(64), "content-length": "7" }, body: "content" });
    expect([refused.reply.statusCode, refused.body, stored.length]).toEqual([400, expect.stringContaining(`<S3ComputedContentSHA256>${right}</S3ComputedContentSHA256>`), 0]);
    const passed = await ask(cloud, "/b/k", { method: "PUT", headers: { "x-amz-content-sha256": right, "content-length": "7" }, body: "content" });
    expect([passed.reply.statusCode, stored.map(String)]).toEqual([200, ["content"]]);
  });

  test("a collected S3 body is checked too, an empty one included", async () => {
    const cloud = await serve([serviceOf("s3", { PutBucketPolicy: async () => ({}), ListBuckets: async () => ({}) })]);
    const wrong = { "x-amz-content-sha256": "0".repeat(64) };
    expect((await ask(cloud, "/b?policy", { method: "PUT", headers: { ...wrong, "content-length": "2" }, body: "{}" })).body).toContain("XAmzContentSHA256Mismatch");
    expect((await ask(cloud, "/", { headers: wrong })).body).toContain("XAmzContentSHA256Mismatch");
  });

  test("aws-chunked without its decoded length, and broken in the middle, are refused", async () => {
    const stored: Buffer[] = [];
    const cloud = await serve([storing(stored)]);
    const headers = { "x-amz-content-sha256": "STREAMING-UNSIGNED-PAYLOAD-TRAILER", "content-encoding": "aws-chunked" };
    const put = (more: Record<string, string>, body: string): ReturnType<typeof ask> => ask(cloud, "/b/k", { method: "PUT", headers: { ...headers, ...more, "content-length": String(body.length) }, body });
    expect((await put({}, "5\r\nhello\r\n0\r\n\r\n")).reply.statusCode).toBe(411);
    expect((await put({ "x-amz-decoded-content-length": "5" }, "5\r\nhel")).body).toContain("<Code>IncompleteBody</Code>");
    expect((await put({ "x-amz-decoded-content-length": "5" }, "5\r\nhello\r\n0\r\n\r\n")).reply.statusCode).toBe(200);
    expect(stored.map(String)).toEqual(["hello"]);
  });

  test("a body beyond the bound is refused before it is read", async () => {
    const cloud = await serve([serviceOf("lambda", { CreateFunction: async () => ({}) })]);
    const answer = await raw(cloud, `POST /2015-03-31/functions HTTP/1.1\r\nHost: a\r\nContent-Length: ${limits.http.bodyBytesMax + 1}\r\nExpect: 100-continue\r\n\r\n`);
    expect(answer).toMatch(/^HTTP\/1.1 413 /);
  });

  test("100 Continue waits for the handler to read, and a handler that refuses is heard before the upload", async () => {
    const cloud = await serve([serviceOf("s3", { PutObject: (input: Input) => (input["Bucket"] === "good" ? buffer(input["Body"] as Readable).then(() => ({})) : Promise.reject(fault("NoSuchBucket", { message: "no" }))) })]);
    const head = (bucket: string): string =>
      `PUT /${bucket}/k HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nx-amz-content-sha256: STREAMING-UNSIGNED-PAYLOAD-TRAILER\r\nx-amz-decoded-content-length: 5\r\nContent-Length: 15\r\n\r\n`;
    expect(await raw(cloud, head("bad"))).toMatch(/^HTTP\/1.1 404 /);
    const socket = connectTcp(cloud.port, "127.0.0.1");
    socket.write(head("good"));
    expect(await until(socket, "\r\n\r\n")).toBe("HTTP/1.1 100 Continue\r\n\r\n");
    socket.write("5\r\nhello\r\n0\r\n\r\n");
    expect(await until(socket, "\r\n\r\n")).toMatch(/^HTTP\/1.1 200 /);
    socket.destroy();
  });

  test("gzip is taken off, and refused when it is none or a bomb", async () => {
    const cloud = await serve([serviceOf("logs", { DescribeLogGroups: async (input: Input) => ({ nextToken: input["logGroupNamePrefix"] }) })]);
    const send = (body: Buffer): ReturnType<typeof ask> =>
      ask(cloud, "/", { method: "POST", headers: { ...target("Logs_20140328.DescribeLogGroups"), "content-encoding": "gzip", "content-length": String(body.length) }, body });
    expect(JSON.parse((await send(gzipSync('{"logGroupNamePrefix":"zip"}'))).body)).toEqual({ nextToken: "zip" });
    expect((await send(Buffer.from("no gzip"))).reply.statusCode).toBe(400);
    expect((await send(gzipSync(Buffer.alloc(limits.http.bodyBytesMax + 1)))).reply.statusCode).toBe(413);
  });
});
