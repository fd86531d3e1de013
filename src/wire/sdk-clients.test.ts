// The official SDK clients against made-up handlers on the real models: every protocol, both HTTP versions, streams both ways.
import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { CloudWatchClient, GetMetricStatisticsCommand, PutMetricDataCommand } from "@aws-sdk/client-cloudwatch";
import { CloudWatchLogsClient, DescribeLogGroupsCommand } from "@aws-sdk/client-cloudwatch-logs";
import { DescribeRegionsCommand, EC2Client } from "@aws-sdk/client-ec2";
import { KinesisClient, PutRecordCommand } from "@aws-sdk/client-kinesis";
import { InvokeCommand, LambdaClient, ListFunctionsCommand } from "@aws-sdk/client-lambda";
import { CopyObjectCommand, GetObjectCommand, HeadBucketCommand, ListObjectsV2Command, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { SendMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { getSignedUrl } from "@aws-sdk/s3-request-presigner";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { fault } from "../kernel/fault.ts";
import type { Call } from "./service.ts";
import { serveServices, serviceOf, type TestCloud } from "./serve-services-for-test.ts";

type Input = Record<string, unknown>;
const objects = new Map<string, { bytes: Buffer; trailers: Readonly<Record<string, string>>; length: number | undefined; encoding: unknown }>();

const s3 = serviceOf("s3", {
  PutObject: async (input: Input, call: Call) => {
    const bytes = await buffer(input["Body"] as Readable);
    const trailers = await call.body.trailers();
    objects.set(`${String(input["Bucket"])}/${String(input["Key"])}`, { bytes, trailers, length: call.body.contentLength, encoding: input["ContentEncoding"] });
    return { ETag: '"etag"' };
  },
  GetObject: async (input: Input) => {
    const found = objects.get(`${String(input["Bucket"])}/${String(input["Key"])}`);
    if (!found) throw fault("NoSuchKey", { message: "The specified key does not exist.", Key: input["Key"] });
    return { Body: Readable.from([found.bytes]), ContentLength: found.bytes.length, Metadata: { kind: "test" } };
  },
  CopyObject: async (input: Input) => ({ CopyObjectResult: { ETag: `"${String(input["CopySource"])}"` } }),
  HeadBucket: async (input: Input) => {
    throw fault("NotFound", { message: "Not Found", status: 404, BucketName: input["Bucket"] });
  },
  ListObjectsV2: async (input: Input, call: Call) => ({ Name: `${String(input["Bucket"])} at ${call.endpoint}`, KeyCount: 0, IsTruncated: false }),
});

const others = [
  serviceOf("lambda", {
    ListFunctions: async () => ({ Functions: [{ FunctionName: "f" }] }),
    Invoke: async (input: Input, call: Call) => {
      call.reply.status = 202;
      call.reply.headers["x-amz-executed-version"] = "7";
      return { StatusCode: 202, Payload: input["Payload"] };
    },
  }),
  serviceOf("kinesis", { PutRecord: async (input: Input) => ({ ShardId: String(input["StreamName"]), SequenceNumber: String((input["Data"] as Uint8Array).length) }) }),
  serviceOf("logs", { DescribeLogGroups: async (input: Input) => ({ logGroups: [{ logGroupName: `${String(input["logGroupNamePrefix"])}x`, creationTime: 1 }] }) }),
  serviceOf("sts", { GetCallerIdentity: async (_input: Input, call: Call) => ({ Account: call.account, UserId: call.accessKeyId, Arn: call.region }) }),
  serviceOf("ec2", { DescribeRegions: async (input: Input) => ({ Regions: (input["RegionNames"] as string[]).map((RegionName) => ({ RegionName })) }) }),
  serviceOf("cloudwatch", {
    PutMetricData: async (input: Input) => {
      if ((input["MetricData"] as unknown[]).length !== 500) throw fault("InvalidParameterValue", { message: "not all came" });
      return {};
    },
    GetMetricStatistics: async (input: Input) => ({ Label: String(input["MetricName"]), Datapoints: [{ Timestamp: input["StartTime"], Sum: 1.5 }] }),
  }),
  serviceOf("sqs", {
    SendMessage: async () => {
      throw fault("QueueDoesNotExist", { message: "The specified queue does not exist." });
    },
  }),
];

let cloud: TestCloud;
const credentials = { accessKeyId: "123456789012", secretAccessKey: "secret" };
const config = (): { endpoint: string; region: string; credentials: typeof credentials; maxAttempts: number } => ({ endpoint: cloud.endpoint, region: "eu-west-1", credentials, maxAttempts: 1 });
beforeAll(async () => {
  cloud = await serveServices([s3, ...others]);
});
afterAll(() => cloud.close(0));

describe("protocols", () => {
  test("REST-JSON: Lambda, with a payload, a status and headers of the handler's", async () => {
    const client = new LambdaClient(config());
    expect((await client.send(new ListFunctionsCommand({}))).Functions).toEqual([{ FunctionName: "f" }]);
    const reply = await client.send(new InvokeCommand({ FunctionName: "arn:aws:lambda:eu-west-1:123456789012:function:f", Payload: Buffer.from("{}") }));
    expect([reply.StatusCode, reply.ExecutedVersion, Buffer.from(reply.Payload ?? []).toString()]).toEqual([202, "7", "{}"]);
    expect(reply.$metadata.requestId).toMatch(/^[\da-f-]{36}$/);
  });

  test("awsJson 1.1 over HTTP/2 without TLS: Kinesis", async () => {
    const client = new KinesisClient(config());
    const reply = await client.send(new PutRecordCommand({ StreamName: "stream", PartitionKey: "a", Data: Buffer.alloc(200_000) }));
    expect([reply.ShardId, reply.SequenceNumber]).toEqual(["stream", "200000"]);
    client.destroy();
  });

  test("awsJson 1.1: CloudWatch Logs", async () => {
    const reply = await new CloudWatchLogsClient(config()).send(new DescribeLogGroupsCommand({ logGroupNamePrefix: "/aws/" }));
    expect(reply.logGroups?.[0]?.logGroupName).toBe("/aws/x");
  });

  test("awsQuery: STS, with account, key and region out of the signature", async () => {
    const reply = await new STSClient(config()).send(new GetCallerIdentityCommand({}));
    expect([reply.Account, reply.UserId, reply.Arn]).toEqual(["123456789012", "123456789012", "eu-west-1"]);
    expect(reply.$metadata.requestId).toMatch(/^[\da-f-]{36}$/);
  });

  test("ec2Query: EC2", async () => {
    const reply = await new EC2Client(config()).send(new DescribeRegionsCommand({ RegionNames: ["eu-west-1", "us-east-1"] }));
    expect(reply.Regions?.map(({ RegionName }) => RegionName)).toEqual(["eu-west-1", "us-east-1"]);
  });

  test("CloudWatch, a compressed body included", async () => {
    const client = new CloudWatchClient(config());
    const at = new Date("2026-11-23T00:00:00Z");
    const reply = await client.send(new GetMetricStatisticsCommand({ Namespace: "N", MetricName: "M", StartTime: at, EndTime: at, Period: 60, Statistics: ["Sum"] }));
    expect([reply.Label, reply.Datapoints]).toEqual(["M", [{ Timestamp: at, Sum: 1.5 }]]);
    await client.send(new PutMetricDataCommand({ Namespace: "N", MetricData: Array.from({ length: 500 }, (_, i) => ({ MetricName: `metric-${i}`, Value: i })) }));
  });

  test("awsJson 1.0: SQS, and an error with the name its clients know", async () => {
    const client = new SQSClient(config());
    await expect(client.send(new SendMessageCommand({ QueueUrl: `${cloud.endpoint}/123456789012/q`, MessageBody: "x" }))).rejects.toMatchObject({ name: "QueueDoesNotExist" });
  });
});

describe("S3", () => {
  const client = (options: object = {}): S3Client => new S3Client({ ...config(), ...options });

  test("bytes and streams go in and come out, checksums in trailers and framing away", async () => {
    const body = Buffer.alloc(300_000, "abc");
    await client().send(new PutObjectCommand({ Bucket: "b", Key: "dir//a b+ü", Body: Readable.from([body]), ContentLength: body.length, ContentEncoding: "gzip" }));
    const stored = objects.get("b/dir//a b+ü");
    expect(stored?.bytes.equals(body)).toBe(true);
    expect([stored?.length, stored?.encoding]).toEqual([300_000, "gzip"]);
    expect(stored?.trailers["x-amz-checksum-crc32"]).toMatch(/^[\w+/]{6}==$/);
    const reply = await client().send(new GetObjectCommand({ Bucket: "b", Key: "dir//a b+ü" }));
    expect([(await reply.Body?.transformToByteArray())?.length, reply.Metadata]).toEqual([300_000, { kind: "test" }]);
    expect([reply.$metadata.requestId?.length, reply.$metadata.extendedRequestId]).toEqual([16, expect.stringMatching(/^[\w+/=]{76}$/)]);
  });

  test("a copy, a list, and errors with their members", async () => {
    expect((await client().send(new CopyObjectCommand({ Bucket: "b", Key: "k", CopySource: "b/x" }))).CopyObjectResult?.ETag).toBe('"b/x"');
    await expect(client().send(new GetObjectCommand({ Bucket: "b", Key: "none" }))).rejects.toMatchObject({ name: "NoSuchKey", Key: "none", $metadata: { httpStatusCode: 404 } });
    await expect(client().send(new HeadBucketCommand({ Bucket: "none" }))).rejects.toMatchObject({ name: "NotFound" });
  });

  test("the bucket may stand in the host, and then the endpoint is the one without it", async () => {
    const port = new URL(cloud.endpoint).port;
    const virtual = client({ endpoint: `http://127.0.0.1:${port}`, forcePathStyle: false });
    virtual.middlewareStack.add(
      (next) => (args) => {
        const request = args.request as { headers: Record<string, string>; path: string };
        request.headers["host"] = `pictures.s3.localhost:${port}`;
        request.path = "/";
        return next(args);
      },
      { step: "build" },
    );
    expect((await virtual.send(new ListObjectsV2Command({ Bucket: "pictures" }))).Name).toBe(`pictures at http://s3.localhost:${port}`);
  });

  test("presigned URLs work until they expire", async () => {
    const url = await getSignedUrl(client(), new PutObjectCommand({ Bucket: "b", Key: "signed" }), { expiresIn: 60 });
    expect((await fetch(url, { method: "PUT", body: "presigned" })).status).toBe(200);
    expect(objects.get("b/signed")?.bytes.toString()).toBe("presigned");
    const old = await getSignedUrl(client(), new GetObjectCommand({ Bucket: "b", Key: "signed" }), { expiresIn: 60, signingDate: new Date("2020-01-01T00:00:00Z") });
    const refused = await fetch(old);
    expect(refused.status).toBe(403);
    expect(await refused.text()).toMatch(/<Code>AccessDenied<\/Code><Message>Request has expired<\/Message>.*<X-Amz-Expires>60<\/X-Amz-Expires>.*<Expires>2020-01-01T00:01:00Z<\/Expires>.*<ServerTime>/s);
  });
});
