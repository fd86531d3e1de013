// What S3 tells functions, and that it is told if and only if the change was made: through the door, into a real queue.
import {
  CompleteMultipartUploadCommand, CopyObjectCommand, CreateBucketCommand, CreateMultipartUploadCommand, DeleteObjectCommand, DeleteObjectsCommand, DeleteObjectTaggingCommand,
  GetBucketNotificationConfigurationCommand, type LambdaFunctionConfiguration, PutBucketNotificationConfigurationCommand, type PutBucketNotificationConfigurationCommandInput,
  PutBucketVersioningCommand, PutObjectCommand, PutObjectTaggingCommand, type S3Client, UploadPartCommand,
} from "@aws-sdk/client-s3";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { failure, openS3, type S3Cloud } from "./s3-harness.ts";

let cloud: S3Cloud;
let client: S3Client;
const arn = (name: string, region = "us-east-1"): string => `arn:aws:lambda:${region}:000000000000:function:${name}`;

beforeAll(async () => {
  cloud = await openS3();
  client = cloud.client();
  for (const name of ["thumb", "other", "eu"]) cloud.permitted.add(arn(name));
  cloud.permitted.add(arn("eu", "eu-west-1"));
});
afterAll(() => cloud[Symbol.asyncDispose]());
beforeEach(() => cloud.events());

let made = 0;
const bucketWith = async (...configurations: LambdaFunctionConfiguration[]): Promise<string> => {
  const Bucket = `events-${++made}`;
  await client.send(new CreateBucketCommand({ Bucket }));
  await configure(Bucket, configurations);
  return Bucket;
};
const configure = (Bucket: string, LambdaFunctionConfigurations: LambdaFunctionConfiguration[], more: Partial<PutBucketNotificationConfigurationCommandInput> = {}) =>
  client.send(new PutBucketNotificationConfigurationCommand({ Bucket, NotificationConfiguration: { LambdaFunctionConfigurations }, ...more }));
const put = (Bucket: string, Key: string, Body = "hello") => client.send(new PutObjectCommand({ Bucket, Key, Body }));
const everything: LambdaFunctionConfiguration = { Id: "all", LambdaFunctionArn: arn("thumb"), Events: ["s3:ObjectCreated:*", "s3:ObjectRemoved:*", "s3:ObjectTagging:*"] };

describe("events", () => {
  test("have the recorded shape, member for member", async () => {
    const Bucket = await bucketWith(everything);
    let ids: Readonly<Record<string, string>> = {};
    const reply = await fetch(`${cloud.endpoint}/${Bucket}/a%20b/%C3%A9%40%2B(1).txt`, { method: "PUT", body: "hello", headers: { "x-amzn-trace-id": "Root=1-2-3" } });
    ids = { "x-amz-request-id": reply.headers.get("x-amz-request-id") ?? "", "x-amz-id-2": reply.headers.get("x-amz-id-2") ?? "" };
    const [event, ...none] = await cloud.events();
    expect(none).toEqual([]);
    expect(event?.meta).toMatchObject({ invokedArn: arn("thumb"), traceId: "Root=1-2-3", requestId: expect.stringMatching(/^[0-9a-f-]{36}$/) });
    expect(event?.record).toEqual({
      eventVersion: "2.1", eventSource: "aws:s3", awsRegion: "us-east-1", eventTime: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/), eventName: "ObjectCreated:Put",
      userIdentity: { principalId: expect.stringMatching(/^AWS:A[0-9A-Z]{13}$/) },
      requestParameters: { sourceIPAddress: "127.0.0.1" },
      responseElements: ids,
      s3: {
        s3SchemaVersion: "1.0", configurationId: "all",
        bucket: { name: Bucket, ownerIdentity: { principalId: expect.stringMatching(/^A[0-9A-Z]{13}$/) }, arn: `arn:aws:s3:::${Bucket}` },
        object: { key: "a+b/%C3%A9%40%2B%281%29.txt", size: 5, eTag: "5d41402abc4b2a76b9719d911017c592", sequencer: expect.stringMatching(/^[0-9A-F]{18}$/) },
      },
    });
    expect(cloud.asked.at(-1)).toEqual({ service: "s3.amazonaws.com", sourceArn: `arn:aws:s3:::${Bucket}`, sourceAccount: "000000000000" });
  });

  test("tell how an object came and went", async () => {
    const Bucket = await bucketWith(everything);
    await put(Bucket, "k");
    await client.send(new CopyObjectCommand({ Bucket, Key: "copy", CopySource: `${Bucket}/k` }));
    const { UploadId } = await client.send(new CreateMultipartUploadCommand({ Bucket, Key: "parts" }));
    const { ETag } = await client.send(new UploadPartCommand({ Bucket, Key: "parts", UploadId, PartNumber: 1, Body: "part" }));
    await client.send(new CompleteMultipartUploadCommand({ Bucket, Key: "parts", UploadId, MultipartUpload: { Parts: [{ PartNumber: 1, ETag }] } }));
    await client.send(new PutObjectTaggingCommand({ Bucket, Key: "k", Tagging: { TagSet: [{ Key: "a", Value: "b" }] } }));
    await client.send(new DeleteObjectTaggingCommand({ Bucket, Key: "k" }));
    await client.send(new DeleteObjectCommand({ Bucket, Key: "k" }));
    await client.send(new DeleteObjectCommand({ Bucket, Key: "never there" }));
    await client.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects: [{ Key: "copy" }, { Key: "not there either" }] } }));
    const seen = (await cloud.events()).map(({ record }) => [record.eventVersion, record.eventName, record.s3.object.key, Object.keys(record.s3.object).length]);
    expect(seen.slice(0, 6)).toEqual([
      ["2.1", "ObjectCreated:Put", "k", 4], ["2.1", "ObjectCreated:Copy", "copy", 4], ["2.1", "ObjectCreated:CompleteMultipartUpload", "parts", 4],
      ["2.3", "ObjectTagging:Put", "k", 2], ["2.3", "ObjectTagging:Delete", "k", 2], ["2.1", "ObjectRemoved:Delete", "k", 2],
    ]);
    // A batch tells of keys that never were; a single delete does not. Recorded from the original.
    expect(seen.slice(6).map(([, name, key]) => [name, key]).toSorted()).toEqual([["ObjectRemoved:Delete", "copy"], ["ObjectRemoved:Delete", "not+there+either"]]);
  });

  test("of a versioned bucket name the version or the marker", async () => {
    const Bucket = await bucketWith(everything);
    await client.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: "Enabled" } }));
    const { VersionId } = await put(Bucket, "k");
    const marker = await client.send(new DeleteObjectCommand({ Bucket, Key: "k" }));
    await client.send(new DeleteObjectCommand({ Bucket, Key: "k", VersionId }));
    expect((await cloud.events()).map(({ record }) => [record.eventName, record.s3.object.versionId])).toEqual([
      ["ObjectCreated:Put", VersionId], ["ObjectRemoved:DeleteMarkerCreated", marker.VersionId], ["ObjectRemoved:Delete", VersionId],
    ]);
  });

  test("of one key come in an order that the sequencer tells, and the last is what is there", async () => {
    const Bucket = await bucketWith(everything);
    await Promise.all(Array.from({ length: 30 }, (_, at) => put(Bucket, "hot", "x".repeat(at + 1))));
    const events = (await cloud.events()).map(({ record }) => record.s3.object);
    expect(events).toHaveLength(30);
    const inOrder = events.toSorted((one, other) => ((one.sequencer ?? "") < (other.sequencer ?? "") ? -1 : 1));
    const kept = await fetch(`${cloud.endpoint}/${Bucket}/hot`);
    expect([new Set(events.map(({ sequencer }) => sequencer)).size, inOrder.at(-1)?.size]).toEqual([30, (await kept.text()).length]);
  });

  test("go to those whose events and filters match", async () => {
    const Bucket = await bucketWith(
      { Id: "png", LambdaFunctionArn: arn("thumb"), Events: ["s3:ObjectCreated:*"], Filter: { Key: { FilterRules: [{ Name: "prefix", Value: "in/" }, { Name: "suffix", Value: ".png" }] } } },
      { Id: "gone", LambdaFunctionArn: `${arn("other")}:live`, Events: ["s3:ObjectRemoved:Delete"] },
    );
    await Promise.all(["in/a.png", "in/a.jpg", "out/a.png"].map((key) => put(Bucket, key)));
    await client.send(new DeleteObjectCommand({ Bucket, Key: "out/a.png" }));
    expect((await cloud.events()).map(({ name, meta, record }) => [name, meta.invokedArn, record.s3.configurationId, record.s3.object.key])).toEqual([
      ["thumb", arn("thumb"), "png", "in/a.png"], ["other", `${arn("other")}:live`, "gone", "out/a.png"],
    ]);
  });

  test("are not sent for a change that failed, nor to a function that has gone", async () => {
    const Bucket = await bucketWith({ ...everything, LambdaFunctionArn: arn("fleeting") }).catch(() => `events-${made}`);
    cloud.permitted.add(arn("fleeting"));
    await configure(Bucket, [{ ...everything, LambdaFunctionArn: arn("fleeting") }]);
    await put(Bucket, "once");
    expect(await failure(client.send(new PutObjectCommand({ Bucket, Key: "once", Body: "x", IfNoneMatch: "*" })))).toMatchObject({ status: 412 });
    expect(await failure(client.send(new PutObjectCommand({ Bucket, Key: "once", Body: "x", ChecksumCRC32: "AAAAAA==" })))).toMatchObject({ name: "BadDigest" });
    expect(await cloud.events()).toHaveLength(1);
    cloud.permitted.delete(arn("fleeting"));
    await put(Bucket, "still works");
    expect(await cloud.events()).toEqual([]);
  });
});

describe("configurations", () => {
  test("are kept, shown with capitalised rule names, replaced as a whole and removed", async () => {
    const Bucket = await bucketWith({ LambdaFunctionArn: arn("thumb"), Events: ["s3:ObjectCreated:Put"], Filter: { Key: { FilterRules: [{ Name: "prefix", Value: "a" }] } } });
    const shown = await client.send(new GetBucketNotificationConfigurationCommand({ Bucket }));
    expect(shown.LambdaFunctionConfigurations).toEqual([
      { Id: expect.stringMatching(/.+/), LambdaFunctionArn: arn("thumb"), Events: ["s3:ObjectCreated:Put"], Filter: { Key: { FilterRules: [{ Name: "Prefix", Value: "a" }] } } },
    ]);
    await configure(Bucket, []);
    expect((await client.send(new GetBucketNotificationConfigurationCommand({ Bucket }))).LambdaFunctionConfigurations).toBeUndefined();
  });

  test("need functions that S3 may invoke, unless the client says not to look", async () => {
    const Bucket = await bucketWith();
    const to = (name: string): LambdaFunctionConfiguration => ({ Id: name, LambdaFunctionArn: arn(name), Events: [name === "nobody" ? "s3:ObjectCreated:*" : "s3:ObjectRemoved:*"] });
    expect(await failure(configure(Bucket, [to("nobody"), to("thumb")]))).toMatchObject({
      name: "InvalidArgument", status: 400, message: "Unable to validate the following destination configurations",
      ArgumentName1: `${arn("nobody")}, null`, ArgumentValue1: `Not authorized to invoke function [${arn("nobody")}]`,
    });
    await configure(Bucket, [to("nobody")], { SkipDestinationValidation: true });
    await put(Bucket, "k");
    expect(await cloud.events()).toEqual([]);
  });

  const bad: readonly (readonly [string, LambdaFunctionConfiguration[], object])[] = [
    ["an ARN that is none", [{ LambdaFunctionArn: "thumb", Events: ["s3:ObjectCreated:*"] }], { message: "The ARN could not be parsed", ArgumentName: "CloudFunction", ArgumentValue: "thumb" }],
    ["a function of another region", [{ LambdaFunctionArn: arn("eu", "eu-west-1"), Events: ["s3:ObjectCreated:*"] }], { message: "The notification destination service region is not valid for the bucket location constraint" }],
    ["an event that is none", [{ LambdaFunctionArn: arn("thumb"), Events: ["s3:Nothing" as "s3:ObjectCreated:*"] }], { message: "The event is not supported for notifications", ArgumentValue: "s3:Nothing" }],
    ["a filter that is none", [{ LambdaFunctionArn: arn("thumb"), Events: ["s3:ObjectCreated:*"], Filter: { Key: { FilterRules: [{ Name: "INVALID" as "prefix", Value: "x" }] } } }], { message: "filter rule name must be either prefix or suffix", ArgumentName: "FilterRule.Name", ArgumentValue: "INVALID" }],
    ["overlapping ones", [{ LambdaFunctionArn: arn("thumb"), Events: ["s3:ObjectCreated:*"] }, { LambdaFunctionArn: arn("other"), Events: ["s3:ObjectCreated:Put"] }], { message: "Configurations overlap. Configurations on the same bucket cannot share a common event type." }],
  ];
  test.each(bad)("refuse %s", async (_title, configurations, expected) => {
    const Bucket = await bucketWith();
    expect(await failure(configure(Bucket, configurations))).toMatchObject({ name: "InvalidArgument", status: 400, ...expected });
    expect((await client.send(new GetBucketNotificationConfigurationCommand({ Bucket }))).LambdaFunctionConfigurations).toBeUndefined();
  });
});

describe("queues", () => {
  const queueArn = (name: string): string => `arn:aws:sqs:us-east-1:000000000000:${name}`;
  const settings = { visibilitySeconds: 30, delaySeconds: 0, waitSeconds: 0, retentionSeconds: 345_600, messageBytesMax: 1_048_576, managedSse: true };
  const makeQueue = async (name: string, policy?: object, fifo = false) => {
    const more = { ...(policy && { policy: JSON.stringify(policy) }), ...(fifo && { fifo: { contentDedup: true, dedupScope: "queue", throughputLimit: "perQueue" } as const }) };
    const made = await cloud.queues.records.create({ account: "000000000000", region: "us-east-1", name }, { ...settings, ...more }, {});
    if (made === "recent") throw new Error("recreated too early");
    return made.queue;
  };
  const letIn = { Version: "2012-10-17", Statement: [{ Effect: "Allow", Principal: { Service: "s3.amazonaws.com" }, Action: "sqs:SendMessage", Resource: "*", Condition: { StringEquals: { "aws:SourceAccount": "000000000000" } } }] };
  const configureQueues = (Bucket: string, names: readonly string[], more: Partial<PutBucketNotificationConfigurationCommandInput> = {}) =>
    client.send(new PutBucketNotificationConfigurationCommand({ Bucket, NotificationConfiguration: { QueueConfigurations: names.map((name, at) => ({ Id: name, QueueArn: queueArn(name), Events: [at === 0 ? "s3:ObjectCreated:*" : "s3:ObjectRemoved:*"], Filter: { Key: { FilterRules: [{ Name: "prefix", Value: "in/" }] } } })) }, ...more }));

  test("get a test event when they are configured, and then the same message as functions", async () => {
    const queue = await makeQueue("uploads", letIn);
    const Bucket = await bucketWith();
    const { $metadata } = await configureQueues(Bucket, ["uploads"]);
    const told = async () => (await cloud.queues.receive(queue, { max: 10 }))?.map(({ body }) => JSON.parse(body) as { readonly Records?: readonly unknown[] }) ?? [];
    expect(await told()).toEqual([{ Service: "Amazon S3", Event: "s3:TestEvent", Time: expect.stringMatching(/^\d{4}-.*Z$/), Bucket, RequestId: $metadata.requestId, HostId: $metadata.extendedRequestId }]);
    await put(Bucket, "in/a");
    await put(Bucket, "out/b");
    expect(await told()).toEqual([{ Records: [expect.objectContaining({ eventName: "ObjectCreated:Put", eventSource: "aws:s3", s3: expect.objectContaining({ configurationId: "uploads", object: expect.objectContaining({ key: "in/a", size: 5 }) }) })] }]);
    const shown = await client.send(new GetBucketNotificationConfigurationCommand({ Bucket }));
    expect([shown.QueueConfigurations, shown.LambdaFunctionConfigurations]).toEqual([[{ Id: "uploads", QueueArn: queueArn("uploads"), Events: ["s3:ObjectCreated:*"], Filter: { Key: { FilterRules: [{ Name: "Prefix", Value: "in/" }] } } }], undefined]);
    await cloud.queues.records.remove(queue);
    await put(Bucket, "in/nobody hears of this");
  });

  test("must exist, let S3 in and not be FIFO", async () => {
    await makeQueue("closed");
    await makeQueue("ordered.fifo", letIn, true);
    const Bucket = await bucketWith();
    const refused = { name: "InvalidArgument", status: 400, message: "Unable to validate the following destination configurations" };
    expect(await failure(configureQueues(Bucket, ["nowhere", "closed"]))).toMatchObject({
      ...refused, ArgumentName1: `${queueArn("nowhere")}, null`, ArgumentValue1: "The destination queue does not exist",
      ArgumentName2: `${queueArn("closed")}, null`, ArgumentValue2: "Permissions on the destination queue do not allow S3 to publish notifications from this bucket",
    });
    expect(await failure(configureQueues(Bucket, ["ordered.fifo"]))).toMatchObject(refused);
    expect(await failure(client.send(new PutBucketNotificationConfigurationCommand({ Bucket, NotificationConfiguration: { QueueConfigurations: [{ QueueArn: "q", Events: ["s3:ObjectCreated:*"] }] } })))).toMatchObject({ message: "The ARN could not be parsed", ArgumentName: "Queue" });
    await configureQueues(Bucket, ["closed"], { SkipDestinationValidation: true });
    await put(Bucket, "in/a");
  });
});
