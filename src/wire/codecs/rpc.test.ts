import { CloudWatchClient, GetMetricDataCommand, PutMetricDataCommand } from "@aws-sdk/client-cloudwatch";
import { CloudWatchLogsClient, DescribeLogStreamsCommand, PutLogEventsCommand, ResourceAlreadyExistsException, CreateLogGroupCommand } from "@aws-sdk/client-cloudwatch-logs";
import { type AttributeValue, ConditionalCheckFailedException, DynamoDBClient, GetItemCommand, PutItemCommand, TransactionCanceledException, TransactWriteItemsCommand } from "@aws-sdk/client-dynamodb";
import { GetRecordsCommand, KinesisClient, PutRecordsCommand } from "@aws-sdk/client-kinesis";
import { QueueDoesNotExist, SendMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import { AwsSmithyRpcV2CborProtocol } from "@aws-sdk/core/protocols";
import { describe, expect, test } from "vitest";
import { fault, type Fault } from "../../kernel/fault.ts";
import { limits } from "../../kernel/limits.ts";
import type { ProtocolName } from "../model.ts";
import { printCbor } from "./cbor-write.ts";
import { protocols } from "./index.ts";
import { context, exchange, model, settings } from "./sdk-for-test.ts";

type Exchanged = ReturnType<typeof exchange>;
const logs = (command: object, reply: unknown): Exchanged => exchange("logs", "awsJson1_1", (requestHandler) => new CloudWatchLogsClient({ ...settings, requestHandler }), command, reply);
const dynamodb = (command: object, reply: unknown): Exchanged => exchange("dynamodb", "awsJson1_0", (requestHandler) => new DynamoDBClient({ ...settings, requestHandler }), command, reply);
const kinesis = (command: object, reply: unknown): Exchanged => exchange("kinesis", "awsJson1_1", (requestHandler) => new KinesisClient({ ...settings, requestHandler }), command, reply);
const sqs = (command: object, reply: unknown): Exchanged => exchange("sqs", "awsJson1_0", (requestHandler) => new SQSClient({ ...settings, md5: false, requestHandler }), command, reply);
const cloudwatch = (command: object, reply: unknown): Exchanged =>
  exchange("cloudwatch", "rpcv2Cbor", (requestHandler) => new CloudWatchClient({ ...settings, disableRequestCompression: true, requestHandler, protocol: AwsSmithyRpcV2CborProtocol }), command, reply);

const at = new Date("2026-03-04T05:06:07.890Z");
const bytes = (...values: number[]): Uint8Array => new Uint8Array(values);
const read = (service: string, protocol: ProtocolName, operation: string, body: Uint8Array): unknown => protocols[protocol].decode(model(service), operation, { operation, labels: {}, query: [], headers: {}, body });

describe("awsJson with the SDK's clients", () => {
  test("reads and writes log events", async () => {
    const input = { logGroupName: "g", logStreamName: "s", logEvents: [{ timestamp: 1_700_000_000_123, message: "größe" }] };
    expect((await logs(new PutLogEventsCommand(input), { nextSequenceToken: "t" })).input).toEqual(input);
    expect((await logs(new DescribeLogStreamsCommand({ logGroupName: "g", descending: true, limit: 3 }), { logStreams: [{ logStreamName: "s", creationTime: 5 }] })).output).toMatchObject({ logStreams: [{ logStreamName: "s", creationTime: 5 }] });
    expect((await logs(new CreateLogGroupCommand({ logGroupName: "g", tags: { a: "b" } }), undefined)).input).toEqual({ logGroupName: "g", tags: { a: "b" } });
  });

  test("reads and writes recursive values with blobs and sets", async () => {
    const item: Record<string, AttributeValue> = { id: { S: "1" }, n: { N: "12.5" }, b: { B: bytes(1, 2, 255) }, set: { BS: [bytes(1), bytes(2)] }, list: { L: [{ NULL: true }, { M: { deep: { SS: ["a", "b"] } } }] }, yes: { BOOL: false } };
    expect((await dynamodb(new PutItemCommand({ TableName: "t", Item: item }), {})).input).toEqual({ TableName: "t", Item: item });
    expect((await dynamodb(new GetItemCommand({ TableName: "t", Key: { id: { S: "1" } }, ConsistentRead: true }), { Item: item })).output).toMatchObject({ Item: item });
  });

  test("reads and writes records with bytes and times", async () => {
    const records = { StreamName: "s", Records: [{ Data: bytes(0, 1), PartitionKey: "p" }, { Data: bytes(), PartitionKey: "q", ExplicitHashKey: "1" }] };
    expect((await kinesis(new PutRecordsCommand(records), { FailedRecordCount: 0, Records: [] })).input).toEqual(records);
    const got = { Records: [{ SequenceNumber: "1", Data: bytes(9), PartitionKey: "p", ApproximateArrivalTimestamp: at }], MillisBehindLatest: 0 };
    expect((await kinesis(new GetRecordsCommand({ ShardIterator: "i" }), got)).output).toMatchObject(got);
  });

  test("throws the SDK's own exceptions with their members", async () => {
    expect((await logs(new CreateLogGroupCommand({ logGroupName: "g" }), fault("ResourceAlreadyExistsException", { message: "The specified log group already exists" }))).error).toBeInstanceOf(ResourceAlreadyExistsException);
    const failed = await dynamodb(new PutItemCommand({ TableName: "t", Item: {} }), fault("ConditionalCheckFailedException", { message: "The conditional request failed", Item: { id: { B: bytes(7) } } }));
    expect(failed.error).toBeInstanceOf(ConditionalCheckFailedException);
    expect(failed.error).toMatchObject({ message: "The conditional request failed", Item: { id: { B: bytes(7) } }, $metadata: { httpStatusCode: 400 } });
    const cancelled = await dynamodb(new TransactWriteItemsCommand({ TransactItems: [] }), fault("TransactionCanceledException", { message: "c", CancellationReasons: [{ Code: "None" }, { Code: "X", Item: { id: { S: "1" } } }] }));
    expect(cancelled.error).toBeInstanceOf(TransactionCanceledException);
    expect(cancelled.error).toMatchObject({ CancellationReasons: [{ Code: "None" }, { Code: "X", Item: { id: { S: "1" } } }] });
  });

  test("repeats the old code for services that came from awsQuery", async () => {
    const { error } = await sqs(new SendMessageCommand({ QueueUrl: "q", MessageBody: "b" }), fault("QueueDoesNotExist", { message: "The specified queue does not exist." }));
    expect(error).toBeInstanceOf(QueueDoesNotExist);
    expect(error).toMatchObject({ Code: "AWS.SimpleQueueService.NonExistentQueue", Type: "Sender" });
    const reply = protocols.awsJson1_0.encodeError(model("sqs"), { code: "AWS.SimpleQueueService.NonExistentQueue", message: "m", status: undefined, members: {} }, { ...context, headers: { "x-amzn-query-mode": "true" } });
    expect(reply.headers["x-amzn-query-error"]).toBe("AWS.SimpleQueueService.NonExistentQueue;Sender");
    expect(JSON.parse(Buffer.from(reply.body as Uint8Array).toString())).toEqual({ __type: "com.amazonaws.sqs#QueueDoesNotExist", message: "m" });
    expect(protocols.awsJson1_0.encodeError(model("sqs"), { code: "QueueDoesNotExist", message: "m", status: undefined, members: {} }, context).headers).not.toHaveProperty("x-amzn-query-error");
  });

  test("names the error's type as each version of the protocol does", () => {
    const typeOf = (service: string, protocol: "awsJson1_0" | "awsJson1_1", code: string): unknown => {
      const { body } = protocols[protocol].encodeError(model(service), { code, message: "m", status: undefined, members: {} }, context);
      return (JSON.parse(Buffer.from(body as Uint8Array).toString()) as { __type: unknown }).__type;
    };
    expect(typeOf("dynamodb", "awsJson1_0", "ResourceNotFoundException")).toBe("com.amazonaws.dynamodb.v20120810#ResourceNotFoundException");
    expect(typeOf("dynamodb", "awsJson1_0", "ValidationException")).toBe("com.amazon.coral.validate#ValidationException");
    expect(typeOf("dynamodb", "awsJson1_0", "SerializationException")).toBe("com.amazon.coral.service#SerializationException");
    expect(typeOf("kinesis", "awsJson1_1", "ResourceNotFoundException")).toBe("ResourceNotFoundException");
  });

  test("bounds the nesting of values that contain themselves", () => {
    const nested = (depth: number): Uint8Array => Buffer.from(`{"TableName":"t","Item":{"a":${'{"L":['.repeat(depth)}{"S":"x"}${"]}".repeat(depth)}}}`);
    expect(() => read("dynamodb", "awsJson1_0", "PutItem", nested(20))).not.toThrow();
    for (const depth of [200, 100_000]) expect(() => read("dynamodb", "awsJson1_0", "PutItem", nested(depth))).toThrow(expect.objectContaining({ code: "SerializationException" }) as Fault);
  });
});

describe("rpcv2Cbor with the SDK's CloudWatch client", () => {
  test("reads doubles, timestamps and nested lists, and writes them", async () => {
    const data = { Namespace: "n", MetricData: [{ MetricName: "m", Timestamp: at, Value: 1.5, Unit: "Count" as const, Dimensions: [{ Name: "d", Value: "ü" }] }, { MetricName: "k", Values: [1, -2, 1e300, 0.1], Counts: [1, 2, 3, 4], StorageResolution: 60 }] };
    expect((await cloudwatch(new PutMetricDataCommand(data), undefined)).input).toEqual(data);
    const results = { MetricDataResults: [{ Id: "a", Timestamps: [at, new Date(0)], Values: [1, 2.25, -1e-9], StatusCode: "Complete" }], NextToken: "x".repeat(300) };
    const { input, output } = await cloudwatch(new GetMetricDataCommand({ StartTime: at, EndTime: at, MetricDataQueries: [{ Id: "a", ReturnData: true, Period: 60 }], MaxDatapoints: 100_000 }), results);
    expect(input).toEqual({ StartTime: at, EndTime: at, MetricDataQueries: [{ Id: "a", ReturnData: true, Period: 60 }], MaxDatapoints: 100_000 });
    expect(output).toMatchObject(results);
  });

  test("throws the SDK's own exceptions, by both names", async () => {
    const { error } = await cloudwatch(new GetMetricDataCommand({ StartTime: at, EndTime: at, MetricDataQueries: [] }), fault("InvalidNextToken", { message: "bad token" }));
    expect(error).toMatchObject({ name: "InvalidNextToken", message: "bad token", $metadata: { httpStatusCode: 400 } });
  });

  test.each([
    ["an empty array", bytes(0x80)], ["a lone number", bytes(0x01)], ["a cut string", bytes(0xa1, 0x65, 0x61)], ["a number as key", bytes(0xa1, 0x01, 0x01)], ["two documents", bytes(0xa0, 0xa0)], ["a reserved head", bytes(0xbc)],
    ["text that is no UTF-8", bytes(0xa1, 0x61, 0xff, 0x01)], ["a map that never ends", bytes(0xbf)], ["an array longer than memory", bytes(0xa1, 0x61, 0x61, 0x9b, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff)],
    ["bytes longer than the body", bytes(0xa1, 0x61, 0x61, 0x5b, 0, 0, 0, 0xff, 0, 0, 0, 0)], ["a moment beyond the calendar", bytes(0xa1, 0x61, 0x61, 0xc1, 0xfb, 0x7f, 0xef, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff)],
    ["a nesting bomb", new Uint8Array(100_000).fill(0x81)], ["a tag bomb", new Uint8Array(100_000).fill(0xc6)], ["a string for the list", printCbor({ MetricData: "x" })], ["a text for the moment", printCbor({ MetricData: [{ Timestamp: "now" }] })], ["a list for the name", printCbor({ Namespace: [] })],
  ])("refuses %s", (_, body) => {
    expect(() => read("cloudwatch", "rpcv2Cbor", "PutMetricData", body)).toThrow(expect.objectContaining({ code: "SerializationException", status: 400 }) as Fault);
  });

  test("reads indefinite lengths, halves, big numbers, undefined and unknown tags", () => {
    const body = bytes(0xbf, 0x7f, 0x65, ...Buffer.from("Names"), 0x64, ...Buffer.from("pace"), 0xff, 0x61, 0x6e, 0x63, ...Buffer.from("xyz"), 0xf7, 0x6a, ...Buffer.from("MetricData"), 0x9f, 0xa1, 0x65, ...Buffer.from("Value"), 0xf9, 0x3e, 0x00, 0xa1, 0x65, ...Buffer.from("Value"), 0xd8, 0x20, 0x05, 0xa1, 0x65, ...Buffer.from("Value"), 0xc2, 0x42, 1, 0, 0xff, 0xff);
    expect(read("cloudwatch", "rpcv2Cbor", "PutMetricData", body)).toEqual({ Namespace: "n", MetricData: [{ Value: 1.5 }, { Value: 5 }, { Value: 256 }] });
  });

  test("bounds what tiny values can cost", () => {
    const many = new Uint8Array(limits.http.documentValuesMax + 20).fill(0x80);
    many.set([0xbf, 0x61, 0x61, 0x9f]);
    expect(() => read("cloudwatch", "rpcv2Cbor", "PutMetricData", many)).toThrow(expect.objectContaining({ code: "SerializationException" }) as Fault);
  });
});
