// Who else puts events on a bus: functions that end, and buckets.
import { EventBridgeClient } from "@aws-sdk/client-eventbridge";
import { InvokeCommand, PutFunctionEventInvokeConfigCommand } from "@aws-sdk/client-lambda";
import { CreateBucketCommand, DeleteObjectCommand, GetBucketNotificationConfigurationCommand, PutBucketNotificationConfigurationCommand, PutObjectCommand, PutObjectTaggingCommand } from "@aws-sdk/client-s3";
import { SQSClient } from "@aws-sdk/client-sqs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ACCOUNT, busArn, eventsTools, functionArn, queueArn, settings } from "./events-harness.ts";
import { startCloud, type TestCloud } from "./harness.ts";
import { failure } from "./s3-harness.ts";

let cloud: TestCloud;
let events: EventBridgeClient;
let sqs: SQSClient;
const { queue, receive, bodies, rule, make } = eventsTools(() => ({ cloud, events, sqs }));
beforeAll(async () => {
  cloud = await startCloud();
  events = new EventBridgeClient(settings(cloud.endpoint));
  sqs = new SQSClient(settings(cloud.endpoint));
});
afterAll(async () => cloud[Symbol.asyncDispose]());

test("A bus hears how asynchronous invocations end", async () => {
  const url = await queue("ends");
  await rule("ends", { source: ["lambda"] }, [{ Id: "q", Arn: queueArn("ends") }]);
  await make("ends", "export const handler = async (event) => { if (event.bad) throw new RangeError('no'); return 'fine'; };");
  const Destination = busArn("default");
  await cloud.lambda.send(new PutFunctionEventInvokeConfigCommand({ FunctionName: "ends", MaximumRetryAttempts: 0, DestinationConfig: { OnSuccess: { Destination }, OnFailure: { Destination } } }));
  const invoke = async (payload: object): Promise<void> => void (await cloud.lambda.send(new InvokeCommand({ FunctionName: "ends", InvocationType: "Event", Payload: Buffer.from(JSON.stringify(payload)) })));
  await invoke({ bad: false });
  expect(await bodies(url)).toMatchObject([{
    source: "lambda", "detail-type": "Lambda Function Invocation Result - Success", resources: [Destination, `${functionArn("ends")}:$LATEST`], detail: { requestPayload: { bad: false }, responsePayload: "fine", requestContext: { condition: "Success" } },
  }]);
  await invoke({ bad: true });
  expect(await bodies(url)).toMatchObject([{ "detail-type": "Lambda Function Invocation Result - Failure", detail: { requestContext: { condition: "RetriesExhausted" }, responseContext: { functionError: "Unhandled" } } }]);
  const lost = busArn("nowhere");
  expect(await failure(cloud.lambda.send(new PutFunctionEventInvokeConfigCommand({ FunctionName: "ends", DestinationConfig: { OnFailure: { Destination: lost } } })))).toMatchObject({ name: "InvalidParameterValueException", message: `The destination ARN ${lost} is invalid.` });
});

test("A bus hears of a bucket that tells it", async () => {
  const url = await queue("objects");
  await rule("objects", { source: ["aws.s3"], detail: { bucket: { name: ["told-bus"] } } }, [{ Id: "q", Arn: queueArn("objects") }]);
  const Bucket = "told-bus";
  await cloud.s3.send(new CreateBucketCommand({ Bucket }));
  await cloud.s3.send(new PutBucketNotificationConfigurationCommand({ Bucket, NotificationConfiguration: { EventBridgeConfiguration: {} } }));
  expect((await cloud.s3.send(new GetBucketNotificationConfigurationCommand({ Bucket }))).EventBridgeConfiguration).toEqual({});
  await cloud.s3.send(new PutObjectCommand({ Bucket, Key: "a b", Body: "xyz" }));
  await cloud.s3.send(new PutObjectTaggingCommand({ Bucket, Key: "a b", Tagging: { TagSet: [{ Key: "k", Value: "v" }] } }));
  await cloud.s3.send(new DeleteObjectCommand({ Bucket, Key: "a b" }));
  const told = await bodies(url);
  const object = { key: "a b", etag: expect.stringMatching(/^[0-9a-f]{32}$/), sequencer: expect.any(String) };
  expect(told).toContainEqual(expect.objectContaining({
    "detail-type": "Object Created", resources: [`arn:aws:s3:::${Bucket}`], account: ACCOUNT,
    detail: { version: "0", bucket: { name: Bucket }, object: { ...object, size: 3 }, "request-id": expect.any(String), requester: ACCOUNT, "source-ip-address": "127.0.0.1", reason: "PutObject" },
  }));
  expect(told).toContainEqual(expect.objectContaining({ "detail-type": "Object Tags Added" }));
  expect(told).toContainEqual(expect.objectContaining({ "detail-type": "Object Deleted", detail: expect.objectContaining({ reason: "DeleteObject", "deletion-type": "Permanently Deleted" }) }));
  await cloud.s3.send(new PutBucketNotificationConfigurationCommand({ Bucket, NotificationConfiguration: {} }));
  await cloud.s3.send(new PutObjectCommand({ Bucket, Key: "quiet", Body: "x" }));
  expect((await cloud.s3.send(new GetBucketNotificationConfigurationCommand({ Bucket }))).EventBridgeConfiguration).toBeUndefined();
  expect((await receive(url, 0)).filter(({ Body }) => Body?.includes("quiet"))).toEqual([]);
});
