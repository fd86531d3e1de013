// Routing against the real models: every address style and every way in which S3 tells its operations apart.
import { Readable } from "node:stream";
import { describe, expect, test } from "vitest";
import type { HttpRequest } from "./door.ts";
import type { Inquiry } from "./find-service.ts";
import type { Model, ModelSummary } from "./model.ts";
import { loadModel, loadModelIndex } from "./models/load-model.ts";
import { parseQuery } from "./query-string.ts";
import { createRouter, type OperationRoute, type Router, type ServiceRoute } from "./router.ts";
import { readSignature } from "./sigv4.ts";

const cache = new Map<string, Model>();
const router = createRouter({ index: loadModelIndex(), loadModel: (id) => loadModel(id, cache), domains: ["localhost"] });

interface Sent {
  readonly headers?: Record<string, string>;
  readonly host?: string;
  readonly signed?: string;
  readonly form?: string;
}

function inquire(line: string, { headers = {}, host = "127.0.0.1:4566", signed, form }: Sent = {}): Inquiry {
  const [method = "", target = ""] = line.split(" ");
  const [rawPath = "", rawQuery = ""] = target.split("?");
  const all = {
    ...headers,
    ...(signed === undefined ? {} : { authorization: `AWS4-HMAC-SHA256 Credential=AKID/20261123/us-east-1/${signed}/aws4_request, SignedHeaders=host, Signature=00` }),
    ...(form === undefined ? {} : { "content-type": "application/x-www-form-urlencoded; charset=utf-8" }),
  };
  const request: HttpRequest = {
    method, rawPath, rawQuery, headers: all, host, secure: false, rawHeaders: [], sourceIp: "127.0.0.1", endpoint: `http://${host}`, body: Readable.from([]), shortBody: () => undefined, signal: new AbortController().signal,
  };
  const query = parseQuery(rawQuery);
  return { request, query, signature: readSignature(all, query.pairs), readForm: async () => Buffer.from(form ?? "") };
}

async function routeWith(by: Router, line: string, sent?: Sent): Promise<ServiceRoute & OperationRoute> {
  const inquiry = inquire(line, sent);
  const service = await by.service(inquiry);
  return { ...service, ...(await by.operation(inquiry, service)) };
}
const route = (line: string, sent?: Sent): Promise<ServiceRoute & OperationRoute> => routeWith(router, line, sent);

async function name(line: string, sent?: Sent): Promise<string> {
  const { summary, operation, protocol } = await route(line, sent);
  return `${summary.id}.${operation} ${protocol}`;
}

describe("services", () => {
  test.each([
    ["a target", "POST /", { headers: { "x-amz-target": "DynamoDB_20120810.ListTables" } }, "dynamodb.ListTables awsJson1_0"],
    ["a target in the other JSON version", "POST /", { headers: { "x-amz-target": "GraniteServiceVersion20100801.ListMetrics", "content-type": "application/x-amz-json-1.0" } }, "cloudwatch.ListMetrics awsJson1_0"],
    ["CBOR", "POST /service/GraniteServiceVersion20100801/operation/ListMetrics", { headers: { "smithy-protocol": "rpc-v2-cbor" } }, "cloudwatch.ListMetrics rpcv2Cbor"],
    ["a form to a service that prefers CBOR", "POST /", { signed: "monitoring", form: "Action=ListMetrics&Version=2010-08-01" }, "cloudwatch.ListMetrics awsQuery"],
    ["a signing name and a path", "GET /2015-03-31/functions/", { signed: "lambda" }, "lambda.ListFunctions restJson1"],
    ["an unsigned path", "GET /2015-03-31/functions", {}, "lambda.ListFunctions restJson1"],
    ["a host", "GET /2015-03-31/functions", { host: "lambda.eu-west-1.amazonaws.com" }, "lambda.ListFunctions restJson1"],
    ["a form's version", "POST /", { form: "Action=GetCallerIdentity&Version=2011-06-15" }, "sts.GetCallerIdentity awsQuery"],
    ["a form's action alone", "POST /", { form: "Action=ListTopics" }, "sns.ListTopics awsQuery"],
    ["an action in the URL", "GET /?Action=DescribeRegions&Version=2016-11-15", {}, "ec2.DescribeRegions ec2Query"],
    ["a form to a queue's URL", "POST /000000000000/jobs", { form: "Action=SendMessage&Version=2012-11-05&MessageBody=x" }, "sqs.SendMessage awsQuery"],
    ["a virtual host", "GET /", { host: "pictures.s3.us-east-1.amazonaws.com" }, "s3.ListObjects restXml"],
    ["nothing at all", "GET /pictures", {}, "s3.ListObjects restXml"],
    ["an upload that happens to be a form", "PUT /pictures/a", { headers: { "content-type": "application/x-www-form-urlencoded" } }, "s3.PutObject restXml"],
  ] as const)("%s", async (_title, line, sent, expected) => {
    expect(await name(line, sent)).toBe(expected);
  });

  test("a service without a model says so by its name, a target that nobody knows is an unknown operation", async () => {
    await expect(route("GET /v1/things", { signed: "athena" })).rejects.toMatchObject({ code: "NotImplemented", status: 501, message: expect.stringContaining('"athena"') });
    await expect(route("POST /", { signed: "athena", headers: { "x-amz-target": "AmazonAthena.X" } })).rejects.toMatchObject({ code: "NotImplemented" });
    await expect(route("POST /", { headers: { "x-amz-target": "Nonsense" } })).rejects.toMatchObject({ code: "UnknownOperationException", status: 400 });
  });

  test("two services behind one signing name are told apart by version and by path", async () => {
    const base: ModelSummary = { id: "v1", serviceId: "Mail", signingName: "ses", endpointPrefix: "email", apiVersion: "2010-12-01", protocols: ["awsQuery"] };
    const model = (id: string, method: string, uri: string): Model => ({
      ...base, id, namespace: "test", operations: { SendEmail: { method, uri, code: 200, errors: [] } }, shapes: {},
    });
    const two = createRouter({
      index: [base, { ...base, id: "v2", apiVersion: "2019-09-27", protocols: ["restJson1"], pathRoots: ["v2"] }],
      loadModel: (id) => (id === "v1" ? model(id, "POST", "/") : model(id, "POST", "/v2/email/outbound-emails")),
      domains: [],
    });
    expect((await routeWith(two, "POST /", { signed: "ses", form: "Action=SendEmail&Version=2010-12-01" })).summary.id).toBe("v1");
    expect((await routeWith(two, "POST /v2/email/outbound-emails", { signed: "ses" })).summary.id).toBe("v2");
  });
});

describe("S3's operations", () => {
  test.each([
    ["GET /", "ListBuckets"],
    ["PUT /b", "CreateBucket"],
    ["PUT /b/", "CreateBucket"],
    ["HEAD /b/", "HeadBucket"],
    ["DELETE /b", "DeleteBucket"],
    ["GET /b?location", "GetBucketLocation"],
    ["GET /b/?location=", "GetBucketLocation"],
    ["GET /b?list-type=2&prefix=a", "ListObjectsV2"],
    ["GET /b?list-type=1", "ListObjects"],
    ["GET /b?versions", "ListObjectVersions"],
    ["GET /b?uploads", "ListMultipartUploads"],
    ["GET /b?analytics", "ListBucketAnalyticsConfigurations"],
    ["GET /b?analytics&id=x", "GetBucketAnalyticsConfiguration"],
    ["PUT /b?notification", "PutBucketNotificationConfiguration"],
    ["POST /b?delete", "DeleteObjects"],
    ["GET /b/k?x-id=GetObject", "GetObject"],
    ["HEAD /b/k", "HeadObject"],
    ["GET /b/k?versionId=1", "GetObject"],
    ["GET /b/k?tagging", "GetObjectTagging"],
    ["GET /b/k?attributes", "GetObjectAttributes"],
    ["GET /b/k?uploadId=u", "ListParts"],
    ["PUT /b/k", "PutObject"],
    ["PUT /b/k?partNumber=1&uploadId=u", "UploadPart"],
    ["POST /b/k?uploads", "CreateMultipartUpload"],
    ["POST /b/k?uploads=", "CreateMultipartUpload"],
    ["POST /b/k?uploadId=u", "CompleteMultipartUpload"],
    ["DELETE /b/k?uploadId=u", "AbortMultipartUpload"],
    ["DELETE /b/k", "DeleteObject"],
  ])("%s is %s", async (line, operation) => {
    expect((await route(line)).operation).toBe(operation);
  });

  test("a copy is told by its source header", async () => {
    const headers = { "x-amz-copy-source": "/b/k" };
    expect((await route("PUT /b/k", { headers })).operation).toBe("CopyObject");
    expect((await route("PUT /b/k?partNumber=1&uploadId=u", { headers })).operation).toBe("UploadPartCopy");
  });

  test.each([
    ["GET /b/a/b//c", { Bucket: "b", Key: "a/b//c" }],
    ["GET /b//a", { Bucket: "b", Key: "/a" }],
    ["GET /b/folder/", { Bucket: "b", Key: "folder/" }],
    ["GET /b/../%2e%2e/%2Fetc", { Bucket: "b", Key: "../..//etc" }],
    ["GET /b/a%20b+c%3F%25%00", { Bucket: "b", Key: "a b+c?%\0" }],
    ["GET /b/%C3%BC", { Bucket: "b", Key: "ü" }],
  ])("%s keeps its key as it is", async (line, labels) => {
    expect(await route(line)).toMatchObject({ operation: "GetObject", labels });
  });

  test("a bucket in the host stands before the path", async () => {
    expect(await route("GET /", { host: "b.s3.localhost:4566" })).toMatchObject({ operation: "ListObjects", labels: { Bucket: "b" } });
    expect(await route("GET /a/b?acl", { host: "my.b.localhost:4566" })).toMatchObject({ operation: "GetObjectAcl", labels: { Bucket: "my.b", Key: "a/b" } });
    expect(await route("PUT //x", { host: "b.127.0.0.1:4566" })).toMatchObject({ operation: "PutObject", labels: { Bucket: "b", Key: "/x" } });
  });

  test.each([
    ["GET /b/%ff", { code: "InvalidURI", status: 400 }],
    ["GET /b/%zz", { code: "InvalidURI", status: 400 }],
    ["GET /b?prefix=%ff", { code: "InvalidURI", status: 400 }],
    ["POST /", { code: "MethodNotAllowed", status: 405, members: { Method: "POST", ResourceType: "SERVICE" } }],
    ["PATCH /b", { code: "MethodNotAllowed", members: { Method: "PATCH", ResourceType: "BUCKET" } }],
    ["POST /b/k", { code: "MethodNotAllowed", members: { Method: "POST", ResourceType: "OBJECT" } }],
  ])("%s is refused", async (line, expected) => {
    await expect(route(line)).rejects.toMatchObject(expected);
  });

  test("an HTML form goes to the bucket, in the path or in the host", async () => {
    const headers = { "content-type": "multipart/form-data; boundary=x" };
    expect(await route("POST /b", { headers })).toMatchObject({ summary: { id: "s3" }, operation: "PostObject", labels: { Bucket: "b" } });
    expect(await route("POST /", { host: "b.s3.localhost:4566", headers })).toMatchObject({ summary: { id: "s3" }, operation: "PostObject", labels: { Bucket: "b" } });
  });
});

describe("other services' operations", () => {
  test("labels are decoded and literals go before labels", async () => {
    expect(await route("GET /2015-03-31/functions/arn%3Aaws%3Alambda%3Aus-east-1%3A1%3Afunction%3Af/configuration")).toMatchObject({
      operation: "GetFunctionConfiguration",
      labels: { FunctionName: "arn:aws:lambda:us-east-1:1:function:f" },
    });
    expect((await route("POST /2015-03-31/functions/f/invocations?Qualifier=1")).operation).toBe("Invoke");
    expect((await route("GET /2015-03-31/event-source-mappings/")).operation).toBe("ListEventSourceMappings");
  });

  test.each([
    ["POST /", { headers: { "x-amz-target": "DynamoDB_20120810.Nope" } }, { code: "UnknownOperationException", status: 400 }],
    ["POST /", { headers: { "x-amz-target": "DynamoDB_20120810.toString" } }, { code: "UnknownOperationException" }],
    ["POST /service/GraniteServiceVersion20100801/operation/Nope", { headers: { "smithy-protocol": "rpc-v2-cbor" } }, { code: "UnknownOperationException", status: 404 }],
    ["POST /", { signed: "sts", form: "Action=Nope&Version=2011-06-15" }, { code: "InvalidAction", message: "Could not find operation Nope for version 2011-06-15" }],
    ["POST /", { signed: "ec2", form: "Action=Nope&Version=2016-11-15" }, { code: "InvalidAction", message: "The action Nope is not valid for this web service." }],
    ["POST /", { signed: "iam", form: "Version=2010-05-08" }, { code: "MissingAction", status: 400 }],
    ["GET /?Action=GetCallerIdentity&Version=2011-06-15&x=%ff", {}, { code: "MalformedQueryString" }],
    ["GET /2015-03-31/nope", { signed: "lambda" }, { code: "UnknownOperationException", status: 404 }],
    ["GET /2015-03-31/functions/%ff", { signed: "lambda" }, { code: "SerializationException", status: 400 }],
  ] as const)("%s %j is refused", async (line, sent, expected) => {
    await expect(route(line, sent)).rejects.toMatchObject(expected);
  });
});

test("errors before routing are framed by what the request looks like", () => {
  const guess = (line: string, sent?: Sent): string => {
    const { request, signature } = inquire(line, sent);
    return router.guess(request, signature);
  };
  expect(guess("GET /b")).toBe("restXml");
  expect(guess("GET /2015-03-31/functions")).toBe("restJson1");
  expect(guess("POST /", { form: "" })).toBe("awsQuery");
  expect(guess("POST /", { headers: { "x-amz-target": "X.Y" } })).toBe("awsJson1_1");
  expect(guess("POST /", { headers: { "x-amz-target": "X.Y", "content-type": "application/x-amz-json-1.0" } })).toBe("awsJson1_0");
  expect(guess("POST /", { headers: { "smithy-protocol": "rpc-v2-cbor" } })).toBe("rpcv2Cbor");
  expect(guess("GET /", { signed: "athena" })).toBe("restJson1");
});
