// Topics as the official client knows them: who hears what is published, who hears of failures by them, and what is refused.
import { execFile } from "node:child_process";
import { createVerify, X509Certificate } from "node:crypto";
import { promisify } from "node:util";
import { AddPermissionCommand as AllowInvokeCommand, CreateEventSourceMappingCommand, CreateFunctionCommand, InvokeCommand, PutFunctionEventInvokeConfigCommand } from "@aws-sdk/client-lambda";
import { FilterLogEventsCommand } from "@aws-sdk/client-cloudwatch-logs";
import { CreateStreamCommand, KinesisClient, PutRecordCommand, waitUntilStreamExists } from "@aws-sdk/client-kinesis";
import { CreateBucketCommand, GetBucketNotificationConfigurationCommand, PutBucketNotificationConfigurationCommand, PutObjectCommand } from "@aws-sdk/client-s3";
import {
  AddPermissionCommand, CreateTopicCommand, DeleteTopicCommand, GetSubscriptionAttributesCommand, GetTopicAttributesCommand, ListSubscriptionsByTopicCommand, ListSubscriptionsCommand, ListTagsForResourceCommand,
  ListTopicsCommand, PublishBatchCommand, PublishCommand, RemovePermissionCommand, SetSubscriptionAttributesCommand, SetTopicAttributesCommand, SNSClient, SubscribeCommand, TagResourceCommand, UnsubscribeCommand,
  UntagResourceCommand,
} from "@aws-sdk/client-sns";
import { CreateQueueCommand, ReceiveMessageCommand, SQSClient, type Message } from "@aws-sdk/client-sqs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { eventually, has, ROLE, startCloud, zipOf, type TestCloud } from "./harness.ts";
import { failure } from "./s3-harness.ts";

const settings = (endpoint: string) => ({ endpoint, region: "us-east-1", credentials: { accessKeyId: "test", secretAccessKey: "test" }, maxAttempts: 1 });
const arn = (name: string): string => `arn:aws:sns:us-east-1:000000000000:${name}`;
const queueArn = (name: string): string => `arn:aws:sqs:us-east-1:000000000000:${name}`;
const functionArn = (name: string): string => `arn:aws:lambda:us-east-1:000000000000:function:${name}`;

let cloud: TestCloud;
let sns: SNSClient;
let sqs: SQSClient;
beforeAll(async () => {
  cloud = await startCloud();
  sns = new SNSClient(settings(cloud.endpoint));
  sqs = new SQSClient(settings(cloud.endpoint));
});
afterAll(async () => cloud[Symbol.asyncDispose]());

const topic = async (Name: string, Attributes?: Record<string, string>): Promise<string> => (await sns.send(new CreateTopicCommand({ Name, Attributes }))).TopicArn ?? "";
const lettingIn = (name: string): string => JSON.stringify({ Statement: [{ Effect: "Allow", Principal: { Service: "sns.amazonaws.com" }, Action: "sqs:SendMessage", Resource: queueArn(name) }] });
const queue = async (QueueName: string, open = true): Promise<string> => (await sqs.send(new CreateQueueCommand({ QueueName, ...(open && { Attributes: { Policy: lettingIn(QueueName) } }) }))).QueueUrl ?? "";
const subscribe = async (TopicArn: string, name: string, Attributes?: Record<string, string>): Promise<string> =>
  (await sns.send(new SubscribeCommand({ TopicArn, Protocol: "sqs", Endpoint: queueArn(name), Attributes, ReturnSubscriptionArn: true }))).SubscriptionArn ?? "";
const receive = async (QueueUrl: string, WaitTimeSeconds = 10): Promise<readonly Message[]> =>
  (await sqs.send(new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds, MaxNumberOfMessages: 10, MessageAttributeNames: ["All"] }))).Messages ?? [];
const bodies = async (QueueUrl: string): Promise<readonly Record<string, unknown>[]> => (await receive(QueueUrl)).map(({ Body = "" }) => JSON.parse(Body) as Record<string, unknown>);
const make = (FunctionName: string, code: string, more: object = {}) =>
  cloud.lambda.send(new CreateFunctionCommand({ FunctionName, Runtime: "nodejs24.x", Handler: "index.handler", Role: ROLE, Timeout: 20, Code: { ZipFile: zipOf({ "index.mjs": code }) }, ...more }));

describe("what is published", () => {
  test("reaches a queue in an envelope whose signature holds, or raw with its attributes", async () => {
    const TopicArn = await topic("news");
    const [wrapped, raw] = [await queue("wrapped"), await queue("raw")];
    await subscribe(TopicArn, "wrapped");
    await subscribe(TopicArn, "raw", { RawMessageDelivery: "true" });
    const { MessageId } = await sns.send(new PublishCommand({ TopicArn, Message: "héllo", Subject: "greeting", MessageAttributes: { kind: { DataType: "String", StringValue: "x" }, n: { DataType: "Number", StringValue: "7" } } }));
    const [envelope] = await bodies(wrapped);
    expect(envelope).toMatchObject({
      Type: "Notification", MessageId, TopicArn, Subject: "greeting", Message: "héllo", Timestamp: expect.stringMatching(/^\d{4}-.*Z$/), SignatureVersion: "1",
      UnsubscribeURL: expect.stringContaining(`?Action=Unsubscribe&SubscriptionArn=${TopicArn}:`), MessageAttributes: { kind: { Type: "String", Value: "x" }, n: { Type: "Number", Value: "7" } },
    });
    const certificate = new X509Certificate(await (await fetch(String(envelope?.["SigningCertURL"]))).text());
    const signed = ["Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type"].map((name) => `${name}\n${String(envelope?.[name])}\n`).join("");
    expect(createVerify("RSA-SHA1").update(signed).verify(certificate.publicKey, String(envelope?.["Signature"]), "base64")).toBe(true);
    expect(createVerify("RSA-SHA1").update(`${signed}x`).verify(certificate.publicKey, String(envelope?.["Signature"]), "base64")).toBe(false);
    expect(await receive(raw)).toMatchObject([{ Body: "héllo", MessageAttributes: { kind: { DataType: "String", StringValue: "x" }, n: { DataType: "Number", StringValue: "7" } } }]);
  });

  test("reaches a function as the original's event", async () => {
    const TopicArn = await topic("calls");
    await make("hears-topic", "export const handler = async (event) => console.log('TOLD', JSON.stringify(event));");
    const { SubscriptionArn } = await sns.send(new SubscribeCommand({ TopicArn, Protocol: "lambda", Endpoint: functionArn("hears-topic") }));
    // Nobody has let the topic in yet: this one is lost, as on the original.
    await sns.send(new PublishCommand({ TopicArn, Message: "too early" }));
    await cloud.lambda.send(new AllowInvokeCommand({ FunctionName: "hears-topic", StatementId: "sns", Action: "lambda:InvokeFunction", Principal: "sns.amazonaws.com", SourceArn: TopicArn }));
    const { MessageId } = await sns.send(new PublishCommand({ TopicArn, Message: JSON.stringify({ default: "for all", lambda: "for functions" }), MessageStructure: "json" }));
    const line = await eventually("the event", async () => (await cloud.logs.send(new FilterLogEventsCommand({ logGroupName: "/aws/lambda/hears-topic", filterPattern: "TOLD" })).catch(() => undefined))?.events?.[0]?.message);
    expect(JSON.parse(line.slice(line.indexOf("{")))).toEqual({
      Records: [{
        EventSource: "aws:sns", EventVersion: "1.0", EventSubscriptionArn: SubscriptionArn,
        Sns: {
          Type: "Notification", MessageId, TopicArn, Subject: null, Message: "for functions", Timestamp: expect.any(String), SignatureVersion: "1", Signature: expect.any(String), SigningCertUrl: expect.stringContaining("/_fugaz/sns/"),
          UnsubscribeUrl: expect.any(String), MessageAttributes: {},
        },
      }],
    });
  });

  test("reaches only whose filter wants it, by attributes or by body, until it is changed or taken away", async () => {
    const TopicArn = await topic("filtered");
    const [byAttribute, byBody] = [await queue("by-attribute"), await queue("by-body")];
    const subscription = await subscribe(TopicArn, "by-attribute", { FilterPolicy: JSON.stringify({ kind: ["a", { prefix: "b" }], n: [{ numeric: [">", 5] }] }) });
    await subscribe(TopicArn, "by-body", { FilterPolicyScope: "MessageBody", FilterPolicy: JSON.stringify({ order: { state: ["paid"] } }) });
    const publish = (Message: string, kind: string, n: string) =>
      sns.send(new PublishCommand({ TopicArn, Message, MessageAttributes: { kind: { DataType: "String.Array", StringValue: JSON.stringify([kind, "other"]) }, n: { DataType: "Number", StringValue: n } } }));
    await publish("1", "bee", "6");
    await publish("2", "bee", "5");
    await publish("3", "c", "6");
    await publish(JSON.stringify({ order: { state: "paid" } }), "c", "1");
    expect((await bodies(byAttribute)).map(({ Message }) => Message)).toEqual(["1"]);
    expect((await bodies(byBody)).map(({ Message }) => Message)).toEqual(['{"order":{"state":"paid"}}']);
    await sns.send(new SetSubscriptionAttributesCommand({ SubscriptionArn: subscription, AttributeName: "FilterPolicy", AttributeValue: JSON.stringify({ kind: ["c"] }) }));
    expect((await sns.send(new GetSubscriptionAttributesCommand({ SubscriptionArn: subscription }))).Attributes).toMatchObject({ FilterPolicy: '{"kind":["c"]}', FilterPolicyScope: "MessageAttributes", RawMessageDelivery: "false", PendingConfirmation: "false" });
    await publish("4", "c", "0");
    expect((await bodies(byAttribute)).map(({ Message }) => Message)).toEqual(["4"]);
    const letters = queueArn("by-body");
    const set = (AttributeName: string, AttributeValue: string) => sns.send(new SetSubscriptionAttributesCommand({ SubscriptionArn: subscription, AttributeName, AttributeValue }));
    // At the same time, and none is lost.
    await Promise.all([set("RawMessageDelivery", "true"), set("RedrivePolicy", JSON.stringify({ deadLetterTargetArn: letters })), set("FilterPolicy", '{"kind":["c","d"]}')]);
    expect((await sns.send(new GetSubscriptionAttributesCommand({ SubscriptionArn: subscription }))).Attributes).toMatchObject({ RawMessageDelivery: "true", RedrivePolicy: expect.stringContaining(letters), FilterPolicy: '{"kind":["c","d"]}' });
    await sns.send(new UnsubscribeCommand({ SubscriptionArn: subscription }));
    await sns.send(new UnsubscribeCommand({ SubscriptionArn: subscription }));
    await publish("5", "c", "0");
    expect(await receive(byAttribute, 0)).toEqual([]);
  });

  test("goes to the subscription's dead letters when its queue does not let the topic in", async () => {
    const TopicArn = await topic("shut-out");
    await queue("closed", false);
    const letters = await queue("sns-letters");
    await subscribe(TopicArn, "closed", { RedrivePolicy: JSON.stringify({ deadLetterTargetArn: queueArn("sns-letters") }) });
    await sns.send(new PublishCommand({ TopicArn, Message: "no way" }));
    expect(await bodies(letters)).toMatchObject([{ Message: "no way", TopicArn }]);
    await sqs.send(new CreateQueueCommand({ QueueName: "letters.fifo", Attributes: { FifoQueue: "true" } }));
    expect(await failure(subscribe(TopicArn, "other", { RedrivePolicy: JSON.stringify({ deadLetterTargetArn: queueArn("letters.fifo") }) }))).toMatchObject({
      name: "InvalidParameterException", message: "Invalid parameter: RedrivePolicy: must use a standard queue as the dead-letter queue of a standard topic",
    });
  });

  test("in a batch succeeds or fails entry by entry", async () => {
    const TopicArn = await topic("batches");
    const url = await queue("batched");
    await subscribe(TopicArn, "batched", { RawMessageDelivery: "true" });
    const reply = await sns.send(new PublishBatchCommand({ TopicArn, PublishBatchRequestEntries: [{ Id: "a", Message: "1" }, { Id: "b", Message: "" }, { Id: "c", Message: "3" }] }));
    expect(reply.Successful?.map(({ Id }) => Id)).toEqual(["a", "c"]);
    expect(reply.Failed).toEqual([{ Id: "b", Code: "InvalidParameter", Message: "Invalid parameter: Empty message", SenderFault: true }]);
    expect((await receive(url)).map(({ Body }) => Body).toSorted()).toEqual(["1", "3"]);
    expect(await failure(sns.send(new PublishBatchCommand({ TopicArn, PublishBatchRequestEntries: [{ Id: "a", Message: "1" }, { Id: "a", Message: "2" }] })))).toMatchObject({ name: "BatchEntryIdsNotDistinctException", status: 400 });
  });
});

describe("a topic", () => {
  test("has the original's attributes, tags and permissions, and goes with its subscriptions", async () => {
    const TopicArn = await topic("whole", { DisplayName: "Whole" });
    expect(await topic("whole", { DisplayName: "Whole" })).toBe(TopicArn);
    expect(await failure(sns.send(new CreateTopicCommand({ Name: "whole", Attributes: { DisplayName: "Other" } })))).toMatchObject({ name: "InvalidParameterException", message: "Invalid parameter: Attributes Reason: Topic already exists with different attributes" });
    await queue("of-whole");
    const subscription = await subscribe(TopicArn, "of-whole");
    expect(await subscribe(TopicArn, "of-whole")).toBe(subscription);
    await sns.send(new SetTopicAttributesCommand({ TopicArn, AttributeName: "SignatureVersion", AttributeValue: "2" }));
    expect((await sns.send(new GetTopicAttributesCommand({ TopicArn }))).Attributes).toMatchObject({ TopicArn, Owner: "000000000000", DisplayName: "Whole", SubscriptionsConfirmed: "1", SignatureVersion: "2", Policy: expect.stringContaining("__default_policy_ID") });
    await sns.send(new AddPermissionCommand({ TopicArn, Label: "friend", AWSAccountId: ["111111111111"], ActionName: ["Publish"] }));
    expect((await sns.send(new GetTopicAttributesCommand({ TopicArn }))).Attributes?.["Policy"]).toContain("111111111111");
    await sns.send(new RemovePermissionCommand({ TopicArn, Label: "friend" }));
    expect((await sns.send(new GetTopicAttributesCommand({ TopicArn }))).Attributes?.["Policy"]).not.toContain("111111111111");
    await sns.send(new TagResourceCommand({ ResourceArn: TopicArn, Tags: [{ Key: "a", Value: "1" }, { Key: "b", Value: "2" }] }));
    await sns.send(new UntagResourceCommand({ ResourceArn: TopicArn, TagKeys: ["a"] }));
    expect((await sns.send(new ListTagsForResourceCommand({ ResourceArn: TopicArn }))).Tags).toEqual([{ Key: "b", Value: "2" }]);
    expect((await sns.send(new ListTopicsCommand({}))).Topics).toContainEqual({ TopicArn });
    const view = { SubscriptionArn: subscription, Owner: "000000000000", Protocol: "sqs", Endpoint: queueArn("of-whole"), TopicArn };
    expect((await sns.send(new ListSubscriptionsByTopicCommand({ TopicArn }))).Subscriptions).toEqual([view]);
    expect((await sns.send(new ListSubscriptionsCommand({}))).Subscriptions).toContainEqual(view);
    await sns.send(new DeleteTopicCommand({ TopicArn }));
    await sns.send(new DeleteTopicCommand({ TopicArn }));
    expect((await sns.send(new ListSubscriptionsCommand({}))).Subscriptions).not.toContainEqual(view);
    expect(await failure(sns.send(new PublishCommand({ TopicArn, Message: "m" })))).toMatchObject({ name: "NotFoundException", status: 404, message: "Topic does not exist" });
  });

  test.each([
    ["no receiver", new PublishCommand({ Message: "m" }), "InvalidParameterException", "Invalid parameter: TopicArn or TargetArn Reason: no value for required parameter"],
    ["no ARN", new PublishCommand({ TopicArn: "t", Message: "m" }), "InvalidParameterException", "Invalid parameter: TopicArn Reason: An ARN must have at least 6 elements, not 1"],
    ["no message", new PublishCommand({ TopicArn: arn("any"), Message: "" }), "InvalidParameterException", "Invalid parameter: Empty message"],
    ["a message that is too long", new PublishCommand({ TopicArn: arn("any"), Message: "x".repeat(262_145) }), "InvalidParameterException", "Invalid parameter: Message too long"],
    ["a subject of two lines", new PublishCommand({ TopicArn: arn("any"), Message: "m", Subject: "a\nb" }), "InvalidParameterException", "Invalid parameter: Subject"],
    ["a structure without default", new PublishCommand({ TopicArn: arn("any"), Message: "{}", MessageStructure: "json" }), "InvalidParameterException", "Invalid parameter: Message Structure - No default entry in JSON message body"],
    ["a structure that is no JSON", new PublishCommand({ TopicArn: arn("any"), Message: "x", MessageStructure: "json" }), "InvalidParameterException", "Invalid parameter: Message Structure - JSON message body failed to parse"],
    ["an empty attribute", new PublishCommand({ TopicArn: arn("any"), Message: "m", MessageAttributes: { a: { DataType: "String", StringValue: "" } } }), "InvalidParameterValueException", "The message attribute 'a' must contain non-empty message attribute value for message attribute type 'String'."],
    ["a wrong name", new CreateTopicCommand({ Name: "a b" }), "InvalidParameterException", "Invalid parameter: Topic Name"],
    ["a subscription nobody has", new GetSubscriptionAttributesCommand({ SubscriptionArn: `${arn("any")}:00000000-0000-4000-8000-000000000000` }), "NotFoundException", "Subscription does not exist"],
    ["a topic nobody has", new SubscribeCommand({ TopicArn: arn("nobody"), Protocol: "sqs", Endpoint: queueArn("q") }), "NotFoundException", "Topic does not exist"],
    ["a protocol of its own", new SubscribeCommand({ TopicArn: arn("any"), Protocol: "pigeon", Endpoint: "x" }), "InvalidParameterException", "Invalid parameter: Amazon SNS does not support this protocol string: pigeon"],
    ["a protocol that is not here yet", new SubscribeCommand({ TopicArn: arn("any"), Protocol: "https", Endpoint: "https://x" }), "NotImplemented", "The protocol https of subscriptions is not implemented."],
    ["a FIFO topic, which is not here yet", new CreateTopicCommand({ Name: "a.fifo", Attributes: { FifoTopic: "true" } }), "NotImplemented", "A FIFO topic (FifoTopic) is not implemented."],
    ["a FIFO queue", new SubscribeCommand({ TopicArn: arn("any"), Protocol: "sqs", Endpoint: queueArn("q.fifo") }), "InvalidParameterException", "Invalid parameter: Invalid parameter: Endpoint Reason: FIFO SQS Queues can not be subscribed to standard SNS topics"],
    ["raw delivery to a function", new SubscribeCommand({ TopicArn: arn("any"), Protocol: "lambda", Endpoint: functionArn("f"), Attributes: { RawMessageDelivery: "true" } }), "InvalidParameterException", /^Invalid parameter: /],
    ["a filter that is no JSON", new SubscribeCommand({ TopicArn: arn("any"), Protocol: "sqs", Endpoint: queueArn("q"), Attributes: { FilterPolicy: "{" } }), "InvalidParameterException", /^Invalid parameter: FilterPolicy: /],
    ["a setting that would not act", new CreateTopicCommand({ Name: "kms", Attributes: { KmsMasterKeyId: "alias/aws/sns" } }), "NotImplemented", "The topic attribute KmsMasterKeyId is not implemented."],
  ] as const)("is refused with %s", async (_what, command, name, message) => {
    await topic("any");
    expect(await failure(sns.send(command as PublishCommand))).toMatchObject({ name, message: typeof message === "string" ? message : expect.stringMatching(message) });
  });
});

describe("a topic hears", () => {
  test("how asynchronous invocations end, and gets their dead letters", async () => {
    const [ends, letters] = [await topic("ends"), await topic("letters")];
    const [endsUrl, lettersUrl] = [await queue("ends"), await queue("topic-letters")];
    await subscribe(ends, "ends");
    await subscribe(letters, "topic-letters", { RawMessageDelivery: "true" });
    await make("dies-aloud", "export const handler = async () => { throw new RangeError('no'); };", { DeadLetterConfig: { TargetArn: letters } });
    await cloud.lambda.send(new PutFunctionEventInvokeConfigCommand({ FunctionName: "dies-aloud", MaximumRetryAttempts: 0, DestinationConfig: { OnFailure: { Destination: ends } } }));
    const { $metadata } = await cloud.lambda.send(new InvokeCommand({ FunctionName: "dies-aloud", InvocationType: "Event", Payload: Buffer.from('{"n":9}') }));
    const [end] = await bodies(endsUrl);
    expect(JSON.parse(String(end?.["Message"]))).toMatchObject({ requestPayload: { n: 9 }, requestContext: { requestId: $metadata.requestId, condition: "RetriesExhausted" } });
    expect(await receive(lettersUrl)).toMatchObject([{
      Body: '{"n":9}', MessageAttributes: { RequestID: { DataType: "String", StringValue: $metadata.requestId }, ErrorCode: { DataType: "Number", StringValue: "200" }, ErrorMessage: { DataType: "String", StringValue: "no" } },
    }]);
    expect(await failure(make("lost-letters", "", { DeadLetterConfig: { TargetArn: arn("nowhere") } }))).toMatchObject({ message: `The dead letter queue ${arn("nowhere")} does not exist.` });
  });

  test("of a stream's records that no retry saves", async () => {
    const TopicArn = await topic("given-up");
    const url = await queue("given-up");
    await subscribe(TopicArn, "given-up");
    const kinesis = new KinesisClient({ ...settings(cloud.endpoint) });
    await kinesis.send(new CreateStreamCommand({ StreamName: "poison", ShardCount: 1 }));
    await waitUntilStreamExists({ client: kinesis, maxWaitTime: 20, minDelay: 0.1, maxDelay: 0.2 }, { StreamName: "poison" });
    await make("chokes", "export const handler = async () => { throw new Error('no'); };");
    await cloud.lambda.send(new CreateEventSourceMappingCommand({
      FunctionName: "chokes", EventSourceArn: "arn:aws:kinesis:us-east-1:000000000000:stream/poison", StartingPosition: "TRIM_HORIZON", MaximumRetryAttempts: 0, DestinationConfig: { OnFailure: { Destination: TopicArn } },
    }));
    await kinesis.send(new PutRecordCommand({ StreamName: "poison", PartitionKey: "k", Data: Buffer.from("x") }));
    const [told] = await bodies(url);
    expect(JSON.parse(String(told?.["Message"]))).toMatchObject({ requestContext: { condition: "RetryAttemptsExhausted" }, KinesisBatchInfo: { batchSize: 1 } });
  });
});

test("a bucket tells a topic of its objects, once the topic lets it", async () => {
  const TopicArn = await topic("uploads");
  const url = await queue("uploads");
  await subscribe(TopicArn, "uploads");
  await cloud.s3.send(new CreateBucketCommand({ Bucket: "told" }));
  const configure = () =>
    cloud.s3.send(new PutBucketNotificationConfigurationCommand({ Bucket: "told", NotificationConfiguration: { TopicConfigurations: [{ Id: "t", TopicArn, Events: ["s3:ObjectCreated:*"] }] } }));
  expect(await failure(configure())).toMatchObject({
    name: "InvalidArgument", message: "Unable to validate the following destination configurations", ArgumentName1: `${TopicArn}, null`,
    ArgumentValue1: "Permissions on the destination topic do not allow S3 to publish notifications from this bucket",
  });
  const Policy = JSON.stringify({ Statement: [{ Effect: "Allow", Principal: { Service: "s3.amazonaws.com" }, Action: "sns:Publish", Resource: TopicArn, Condition: { ArnLike: { "aws:SourceArn": "arn:aws:s3:::told" } } }] });
  await sns.send(new SetTopicAttributesCommand({ TopicArn, AttributeName: "Policy", AttributeValue: Policy }));
  await configure();
  expect((await cloud.s3.send(new GetBucketNotificationConfigurationCommand({ Bucket: "told" }))).TopicConfigurations).toEqual([{ Id: "t", TopicArn, Events: ["s3:ObjectCreated:*"] }]);
  await cloud.s3.send(new PutObjectCommand({ Bucket: "told", Key: "a b", Body: "x" }));
  const seen: Record<string, unknown>[] = [];
  const told = await eventually("both messages", async () => {
    seen.push(...(await bodies(url)));
    return seen.length === 2 ? seen : undefined;
  });
  expect(told.map(({ Subject }) => Subject)).toEqual(["Amazon S3 Notification", "Amazon S3 Notification"]);
  const messages = told.map(({ Message }) => JSON.parse(String(Message)) as unknown);
  expect(messages).toContainEqual(expect.objectContaining({ Event: "s3:TestEvent", Bucket: "told" }));
  expect(messages).toContainEqual({ Records: [expect.objectContaining({ eventName: "ObjectCreated:Put", s3: expect.objectContaining({ object: expect.objectContaining({ key: "a+b" }) }) })] });
});

test("boto3 makes a topic, subscribes a queue and publishes", async (context) => {
  if (!(await has("python3", "-c", "import boto3"))) return context.skip("boto3 is not installed");
  const url = await queue("boto");
  const script = `
import boto3
sns = boto3.client('sns')
topic = sns.create_topic(Name='boto')['TopicArn']
sns.subscribe(TopicArn=topic, Protocol='sqs', Endpoint='${queueArn("boto")}', Attributes={'RawMessageDelivery': 'true'})
print(sns.publish(TopicArn=topic, Message='from boto3')['MessageId'])
try:
    sns.publish(TopicArn=topic + 'x', Message='m')
except sns.exceptions.NotFoundException as error:
    print(error.response['Error'])
`;
  const { stdout } = await promisify(execFile)("python3", ["-c", script], { env: { ...cloud.env } });
  expect(stdout).toContain("'Code': 'NotFound'");
  expect(stdout).toContain("'Type': 'Sender'");
  expect((await receive(url)).map(({ Body }) => Body)).toEqual(["from boto3"]);
});
