// Kinesis streams and the streams of tables feed functions through event source mappings, driven with the official clients.
import { CreateStreamCommand, DeregisterStreamConsumerCommand, DescribeStreamSummaryCommand, KinesisClient, ListShardsCommand, PutRecordsCommand, RegisterStreamConsumerCommand, SplitShardCommand } from "@aws-sdk/client-kinesis";
import { CreateTableCommand, DeleteItemCommand, DynamoDBClient, PutItemCommand } from "@aws-sdk/client-dynamodb";
import { CreateEventSourceMappingCommand, CreateFunctionCommand, GetEventSourceMappingCommand, type CreateEventSourceMappingCommandInput } from "@aws-sdk/client-lambda";
import { CreateBucketCommand, GetObjectCommand, ListObjectsV2Command } from "@aws-sdk/client-s3";
import { CreateQueueCommand, ReceiveMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { eventually, ROLE, startCloud, zipOf, type TestCloud } from "./harness.ts";
import { failure } from "./s3-harness.ts";
import { teller, told } from "./told.ts";

let cloud: TestCloud;
let kinesis: KinesisClient;
let dynamodb: DynamoDBClient;
let sqs: SQSClient;
beforeAll(async () => {
  cloud = await startCloud();
  const settings = { endpoint: cloud.endpoint, region: "us-east-1", credentials: { accessKeyId: "test", secretAccessKey: "test" }, maxAttempts: 1 };
  [kinesis, dynamodb, sqs] = [new KinesisClient(settings), new DynamoDBClient(settings), new SQSClient(settings)];
});
afterAll(async () => {
  for (const client of [kinesis, dynamodb, sqs]) client.destroy();
  await cloud[Symbol.asyncDispose]();
});

const make = (FunctionName: string, code: string) => cloud.lambda.send(new CreateFunctionCommand({ FunctionName, Runtime: "nodejs24.x", Handler: "index.handler", Role: ROLE, Code: { ZipFile: zipOf({ "index.mjs": code }) } }));
const map = (FunctionName: string, EventSourceArn: string, more: Partial<CreateEventSourceMappingCommandInput> = {}) =>
  cloud.lambda.send(new CreateEventSourceMappingCommand({ FunctionName, EventSourceArn, StartingPosition: "TRIM_HORIZON", ...more }));
const data = "export const handler = async (event) => { console.log('TOLD ' + JSON.stringify(event.Records.map((record) => Buffer.from(record.kinesis.data, 'base64').toString()))); };";
const stream = async (StreamName: string): Promise<string> => {
  await kinesis.send(new CreateStreamCommand({ StreamName, ShardCount: 1 }));
  return (await kinesis.send(new DescribeStreamSummaryCommand({ StreamName }))).StreamDescriptionSummary?.StreamARN ?? "";
};
const put = (StreamName: string, ...texts: readonly string[]) => kinesis.send(new PutRecordsCommand({ StreamName, Records: texts.map((text) => ({ PartitionKey: text.slice(0, 1), Data: Buffer.from(text) })) }));
interface Event {
  readonly Records: readonly Record<string, unknown>[];
}

test("a consumer of a stream is a source of its own, as long as it is registered", async () => {
  await make("fan-out", teller);
  const StreamARN = await stream("fan-out");
  const { Consumer } = await kinesis.send(new RegisterStreamConsumerCommand({ StreamARN, ConsumerName: "one" }));
  const arn = Consumer?.ConsumerARN ?? "";
  expect(await failure(map("fan-out", `${arn}1`))).toMatchObject({ name: "InvalidParameterValueException", message: `Stream not found: ${arn}1` });
  expect(await failure(map("fan-out", `${StreamARN}/consumers`))).toMatchObject({ name: "InvalidParameterValueException", message: "Unrecognized event source." });
  const { UUID } = await map("fan-out", arn);
  await put("fan-out", "hello");
  const [event] = await told<Event>(cloud, "fan-out", ({ length }) => length === 1);
  expect(event?.Records).toMatchObject([{ eventSourceARN: arn, kinesis: { data: "aGVsbG8=" } }]);
  await kinesis.send(new DeregisterStreamConsumerCommand({ ConsumerARN: arn }));
  await eventually("the problem", async () => ((await cloud.lambda.send(new GetEventSourceMappingCommand({ UUID }))).LastProcessingResult?.startsWith("PROBLEM") ? true : undefined));
});

test("records of a Kinesis stream reach the function as the original hands them over, and the mapping says so", async () => {
  await make("records", teller);
  const arn = await stream("records");
  const made = await map("records", arn, { StartingPosition: "LATEST" });
  expect(made).toMatchObject({
    BatchSize: 100, BisectBatchOnFunctionError: false, DestinationConfig: { OnFailure: {} }, FunctionResponseTypes: [], LastProcessingResult: "No records processed", MaximumBatchingWindowInSeconds: 0,
    MaximumRecordAgeInSeconds: -1, MaximumRetryAttempts: -1, ParallelizationFactor: 1, StartingPosition: "LATEST", State: "Creating", StateTransitionReason: "User action", TumblingWindowInSeconds: 0,
  });
  await put("records", "hello");
  const [event] = await told<Event>(cloud, "records", ({ length }) => length === 1);
  expect(event?.Records).toEqual([{
    kinesis: { kinesisSchemaVersion: "1.0", partitionKey: "h", sequenceNumber: expect.stringMatching(/^\d{56}$/), data: "aGVsbG8=", approximateArrivalTimestamp: expect.any(Number) },
    eventSource: "aws:kinesis", eventVersion: "1.0", eventID: expect.stringMatching(/^shardId-000000000000:\d{56}$/), eventName: "aws:kinesis:record", invokeIdentityArn: ROLE, awsRegion: "us-east-1", eventSourceARN: arn,
  }]);
  await expect.poll(async () => (await cloud.lambda.send(new GetEventSourceMappingCommand({ UUID: made.UUID }))).LastProcessingResult).toBe("OK");
  expect(await failure(map("records", arn))).toMatchObject({ name: "ResourceConflictException", message: `The event source arn (" ${arn} ") and function (" records ") provided mapping already exists. Please update or delete the existing mapping with UUID ${made.UUID}` });
  expect(await failure(map("records", `${arn}x`))).toMatchObject({ name: "InvalidParameterValueException", message: `Stream not found: ${arn}x` });
  expect(await failure(map("records", arn, { StartingPosition: undefined }))).toMatchObject({ name: "InvalidParameterValueException", message: "1 validation error detected: Value null at 'startingPosition' failed to satisfy constraint: Member must not be null." });
  expect(await failure(map("records", arn, { StartingPosition: "invalid" as "LATEST" }))).toMatchObject({
    name: "ValidationException", message: "1 validation error detected: Value 'invalid' at 'startingPosition' failed to satisfy constraint: Member must satisfy enum value set: [LATEST, AT_TIMESTAMP, TRIM_HORIZON]",
  });
});

test("a split stream is read parents first, and what no retry saves goes to a queue and a bucket", async () => {
  await make("split", data);
  await make("poison", "export const handler = async (event) => { const texts = event.Records.map((record) => Buffer.from(record.kinesis.data, 'base64').toString()); if (texts.includes('bad')) throw new Error('no'); console.log('TOLD ' + JSON.stringify(texts)); };");
  const arn = await stream("split");
  await put("split", "a1", "a2", "bad", "a3");
  const [shard] = (await kinesis.send(new ListShardsCommand({ StreamName: "split" }))).Shards ?? [];
  await kinesis.send(new SplitShardCommand({ StreamName: "split", ShardToSplit: shard?.ShardId, NewStartingHashKey: "170141183460469231731687303715884105728" }));
  await put("split", "b1", "c1", "d1");
  await map("split", arn);
  const seen = (await told<string[]>(cloud, "split", (lines) => lines.flat().length === 7)).flat();
  expect(seen.slice(0, 4)).toEqual(["a1", "a2", "bad", "a3"]);
  expect(seen.slice(4).toSorted()).toEqual(["b1", "c1", "d1"]);

  const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: "poison" }));
  await map("poison", arn, { BisectBatchOnFunctionError: true, MaximumRetryAttempts: 1, DestinationConfig: { OnFailure: { Destination: "arn:aws:sqs:us-east-1:000000000000:poison" } } });
  const { Messages } = await sqs.send(new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: 15 }));
  expect(JSON.parse(Messages?.[0]?.Body ?? "")).toMatchObject({ requestContext: { condition: "RetryAttemptsExhausted", approximateInvokeCount: 4 }, KinesisBatchInfo: { shardId: "shardId-000000000000", batchSize: 1, streamArn: arn } });
  expect((await told<string[]>(cloud, "poison", (lines) => lines.flat().length === 6)).flat().toSorted()).toEqual(["a1", "a2", "a3", "b1", "c1", "d1"]);

  await make("poison-2", "export const handler = async () => { throw new Error('no'); };");
  await cloud.s3.send(new CreateBucketCommand({ Bucket: "poison-bucket" }));
  await map("poison-2", arn, { MaximumRetryAttempts: 0, DestinationConfig: { OnFailure: { Destination: "arn:aws:s3:::poison-bucket" } } });
  const Key = await eventually("an object", async () => (await cloud.s3.send(new ListObjectsV2Command({ Bucket: "poison-bucket" }))).Contents?.[0]?.Key);
  const { Body } = await cloud.s3.send(new GetObjectCommand({ Bucket: "poison-bucket", Key }));
  expect(JSON.parse((await Body?.transformToString()) ?? "")).toMatchObject({ payload: { Records: expect.any(Array) }, KinesisBatchInfo: expect.any(Object) });
});

test("changes of a table reach the function, filtered by what changed", async () => {
  await make("changes", teller);
  const { TableDescription } = await dynamodb.send(new CreateTableCommand({
    TableName: "changes", BillingMode: "PAY_PER_REQUEST", AttributeDefinitions: [{ AttributeName: "id", AttributeType: "S" }], KeySchema: [{ AttributeName: "id", KeyType: "HASH" }],
    StreamSpecification: { StreamEnabled: true, StreamViewType: "NEW_AND_OLD_IMAGES" },
  }));
  const arn = TableDescription?.LatestStreamArn ?? "";
  expect(await failure(map("changes", arn, { StartingPositionTimestamp: new Date() }))).toMatchObject({ name: "InvalidParameterValueException", message: "Timestamp only valid with StartingPosition AT_TIMESTAMP" });
  expect(await failure(map("changes", arn, { StartingPosition: "AT_TIMESTAMP", StartingPositionTimestamp: new Date() }))).toMatchObject({ message: `Unsupported starting position for arn type: ${arn}` });
  const gone = arn.replace(/[^/]+$/, "2025-02-22T03:03:25.490");
  expect(await failure(map("changes", gone))).toMatchObject({ name: "InvalidParameterValueException", message: `Stream not found: ${gone}` });
  const { UUID } = await map("changes", arn, { FilterCriteria: { Filters: [{ Pattern: '{"eventName":["INSERT","REMOVE"],"dynamodb":{"Keys":{"id":{"S":[{"prefix":"w"}]}}}}' }] } });
  expect(await failure(map("changes", arn))).toMatchObject({ name: "ResourceConflictException", message: `The event source arn (" ${arn} ") and function (" changes ") provided mapping already exists. Please update or delete the existing mapping with UUID ${UUID}` });
  for (const id of ["wanted", "other"]) await dynamodb.send(new PutItemCommand({ TableName: "changes", Item: { id: { S: id }, n: { N: "1.50" }, bytes: { B: Buffer.from("x") } } }));
  await dynamodb.send(new PutItemCommand({ TableName: "changes", Item: { id: { S: "wanted" }, n: { N: "2" } } }));
  await dynamodb.send(new DeleteItemCommand({ TableName: "changes", Key: { id: { S: "wanted" } } }));
  const events = (await told<Event>(cloud, "changes", (lines) => lines.flatMap(({ Records }) => Records).length === 2)).flatMap(({ Records }) => Records);
  expect(events).toEqual([
    {
      eventID: expect.stringMatching(/^[0-9a-f]{32}$/), eventName: "INSERT", eventVersion: "1.1", eventSource: "aws:dynamodb", awsRegion: "us-east-1", eventSourceARN: arn,
      dynamodb: { ApproximateCreationDateTime: expect.any(Number), Keys: { id: { S: "wanted" } }, NewImage: { id: { S: "wanted" }, n: { N: "1.5" }, bytes: { B: "eA==" } }, SequenceNumber: expect.any(String), SizeBytes: expect.any(Number), StreamViewType: "NEW_AND_OLD_IMAGES" },
    },
    expect.objectContaining({ eventName: "REMOVE", dynamodb: expect.objectContaining({ OldImage: { id: { S: "wanted" }, n: { N: "2" } } }) }),
  ]);
});
