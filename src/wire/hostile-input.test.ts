// Seeded noise against the whole wire: whatever comes in, an answer comes out, no bug is logged and the server stays up.
import { connect as connectTcp } from "node:net";
import { once } from "node:events";
import { afterAll, beforeAll, expect, test } from "vitest";
import { seeded } from "../../test/contract/seeded.ts";
import { ask, raw } from "./serve-for-test.ts";
import { serveServices, serviceOf, type TestCloud } from "./serve-services-for-test.ts";

const seed = 20261123;

/** Numbers below another, which a failing run repeats from its seed. */
function randomFrom(start: number): (below: number) => number {
  const next = seeded(start);
  return (below) => Math.floor(next() * below);
}

const anything = async (): Promise<object> => ({});
let cloud: TestCloud;
beforeAll(async () => {
  cloud = await serveServices([
    serviceOf("s3", { ListBuckets: anything, ListObjectsV2: anything, GetObject: anything, PutObject: anything, DeleteObjects: anything, PutBucketNotificationConfiguration: anything, CompleteMultipartUpload: anything }, { ownValidation: true }),
    serviceOf("lambda", { ListFunctions: anything, CreateFunction: anything, Invoke: anything, AddPermission: anything }),
    serviceOf("logs", { PutLogEvents: anything, CreateLogGroup: anything }),
    serviceOf("dynamodb", { PutItem: anything }),
    serviceOf("sqs", { SendMessage: anything, SetQueueAttributes: anything }),
    serviceOf("sts", { AssumeRole: anything }),
    serviceOf("ec2", { CreateTags: anything, DescribeRegions: anything }),
    serviceOf("cloudwatch", { PutMetricData: anything }),
  ]);
});
afterAll(() => cloud.close(0));

const paths = ["/", "/b", "/b/k", "/b?delete", "/b?notification", "/b/k?uploadId=u", "/b?list-type=2&max-keys=x", "/2015-03-31/functions", "/2015-03-31/functions/f/invocations", "/2015-03-31/functions/f/policy", "/service/GraniteServiceVersion20100801/operation/PutMetricData", "/000000000000/q", "/?Action=DescribeRegions&Version=2016-11-15&RegionName.1=x"];
const noise = ["%", "%ff", "%00", "%C3%BC", "//", "..", "?", "&", "=", "+", ";", "{", "}", "🦊", "a".repeat(2000), "__proto__", "constructor", ".", "-1", "9".repeat(30), "[", '"', "<", "&lt;", "<!DOCTYPE a [<!ENTITY b 'c'>]>"];
const bodies = ["", "{}", "[]", "null", '{"logGroupName":7}', '{"a":', `${"[".repeat(5000)}`, '{"__proto__":{"x":1}}', "<Delete><Object><Key>a</Key></Object></Delete>", "<Delete>", `${"<a>".repeat(3000)}`, "Action=AssumeRole&Version=2011-06-15&RoleArn=x", "Action=CreateTags&Version=2016-11-15&Tag.99999999.Key=a&ResourceId.1=b", "Action=SendMessage&MessageAttribute.1.Value.BinaryValue=%%%", "\u00bf\u00ff\u00ff", "\u00bb\u007f\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff", "5\r\nhello\r\n0\r\n\r\n"];
const headerSets: readonly Record<string, string>[] = [
  {},
  { "content-type": "application/x-www-form-urlencoded" },
  { "content-type": "application/json" },
  { "x-amz-target": "Logs_20140328.PutLogEvents", "content-type": "application/x-amz-json-1.1" },
  { "x-amz-target": "DynamoDB_20120810.PutItem", "content-type": "application/x-amz-json-1.0" },
  { "x-amz-target": "AmazonSQS.SetQueueAttributes", "x-amzn-query-mode": "true", "content-type": "application/x-amz-json-1.0" },
  { "smithy-protocol": "rpc-v2-cbor", "content-type": "application/cbor" },
  { "x-amz-content-sha256": "STREAMING-UNSIGNED-PAYLOAD-TRAILER", "x-amz-decoded-content-length": "5" },
  { authorization: "AWS4-HMAC-SHA256 Credential=A/20261123/us-east-1/s3/aws4_request, Signature=0" },
  { authorization: "AWS4-HMAC-SHA256 Credential=////, Signature=0" },
  { host: "..s3.amazonaws.com" },
  { "x-amz-target": "..." },
  { "content-encoding": "gzip" },
];

test(`well-formed HTTP with hostile content is always answered (seed ${seed})`, async () => {
  const random = randomFrom(seed);
  const pick = <T>(from: readonly T[]): T => from[random(from.length)] as T;
  for (let round = 0; round < 1500; round++) {
    let path = pick(paths);
    if (random(2)) path += encodeURI(pick(noise)).replaceAll("%25", "%");
    let body = pick(bodies);
    if (random(3) === 0) body = body.slice(0, random(body.length + 1)) + pick(noise) + body.slice(random(body.length + 1));
    const bytes = Buffer.from(body, random(2) ? "latin1" : "utf8");
    const method = pick(["GET", "PUT", "POST", "DELETE", "HEAD", "PATCH", "OPTIONS"]);
    const request = { method, headers: { ...pick(headerSets), ...(random(2) ? pick(headerSets) : {}), "content-length": String(bytes.length) }, body: bytes };
    const { reply } = await ask(cloud, path, request);
    expect(reply.statusCode, JSON.stringify([path, request])).toBeLessThan(502);
    expect(cloud.failures.map(({ error }) => error), JSON.stringify([path, method, request.headers, body])).toEqual([]);
    expect(reply.headers["x-amz-request-id"] ?? reply.headers["x-amzn-requestid"]).toBeDefined();
  }
  expect(cloud.logged).toEqual([]);
});

test(`noise instead of HTTP closes its own connection only (seed ${seed})`, async () => {
  const random = randomFrom(seed);
  const starts = ["", "GET / HTTP/1.1\r\n", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n", "\x16\x03\x01"];
  for (let round = 0; round < 100; round++) {
    const socket = connectTcp(cloud.port, "127.0.0.1");
    socket.on("error", () => {});
    const bytes = Buffer.from(Array.from({ length: 1 + random(300) }, () => random(256)));
    socket.resume().end(Buffer.concat([Buffer.from(starts[round % starts.length] ?? "", "latin1"), bytes]));
    await once(socket, "close");
  }
  expect(await raw(cloud, "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")).toMatch(/^HTTP\/1.1 200 /);
  expect(cloud.logged).toEqual([]);
  expect(cloud.failures).toEqual([]);
});
