// The classic streaming architecture of `examples/`: a stream feeds a function, which fills a table, whose stream feeds another; what is poisonous goes to a queue.
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { CreateTableCommand, DynamoDBClient, ScanCommand } from "@aws-sdk/client-dynamodb";
import { CreateStreamCommand, DescribeStreamSummaryCommand, KinesisClient, PutRecordsCommand } from "@aws-sdk/client-kinesis";
import { CreateEventSourceMappingCommand, CreateFunctionCommand } from "@aws-sdk/client-lambda";
import { CreateQueueCommand, ReceiveMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import { expect, test } from "vitest";
import { cached, tool } from "../tool-cache.ts";
import { eventually, ROLE, startCloud, zipOf } from "./harness.ts";

const SENSORS = 8;
const EACH = 25;
const TOO_HOT = 90;

test("measurements pass from stream to table to alarms, and a record that is none goes to the queue alone", async () => {
  await using cloud = await startCloud();
  const settings = { endpoint: cloud.endpoint, region: "us-east-1", credentials: { accessKeyId: "test", secretAccessKey: "test" } };
  const [kinesis, dynamodb, sqs] = [new KinesisClient(settings), new DynamoDBClient(settings), new SQSClient(settings)];
  const table = async (TableName: string, stream: boolean): Promise<string> => {
    const { TableDescription } = await dynamodb.send(new CreateTableCommand({
      TableName, BillingMode: "PAY_PER_REQUEST",
      AttributeDefinitions: [{ AttributeName: "sensor", AttributeType: "S" }, { AttributeName: "at", AttributeType: "N" }],
      KeySchema: [{ AttributeName: "sensor", KeyType: "HASH" }, { AttributeName: "at", KeyType: "RANGE" }],
      ...(stream ? { StreamSpecification: { StreamEnabled: true, StreamViewType: "NEW_IMAGE" as const } } : {}),
    }));
    return TableDescription?.LatestStreamArn ?? "";
  };
  const deploy = async (name: string, Variables: Record<string, string>) => {
    const code = await readFile(new URL(`../../examples/stream-processing/${name}/index.mjs`, import.meta.url));
    await cloud.lambda.send(new CreateFunctionCommand({ FunctionName: name, Runtime: "nodejs24.x", Handler: "index.handler", Role: ROLE, Timeout: 30, Environment: { Variables }, Code: { ZipFile: zipOf({ "index.mjs": code }) } }));
  };
  const rows = async (TableName: string) => (await dynamodb.send(new ScanCommand({ TableName, ConsistentRead: true }))).Items ?? [];
  const facts = (items: Awaited<ReturnType<typeof rows>>) => items.map(({ sensor, at, celsius }) => `${sensor?.S} ${at?.N} ${celsius?.N}`).toSorted();

  const tableStream = await table("measurements", true);
  await table("alarms", false);
  await kinesis.send(new CreateStreamCommand({ StreamName: "sensors", ShardCount: 2 }));
  const StreamARN = (await kinesis.send(new DescribeStreamSummaryCommand({ StreamName: "sensors" }))).StreamDescriptionSummary?.StreamARN;
  const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: "poison" }));
  await deploy("ingest", { MEASUREMENTS: "measurements" });
  await deploy("alarms", { ALARMS: "alarms", TOO_HOT: String(TOO_HOT) });
  const { UUID } = await cloud.lambda.send(new CreateEventSourceMappingCommand({
    FunctionName: "ingest", EventSourceArn: StreamARN, StartingPosition: "TRIM_HORIZON", ParallelizationFactor: 2,
    BisectBatchOnFunctionError: true, MaximumRetryAttempts: 1, DestinationConfig: { OnFailure: { Destination: "arn:aws:sqs:us-east-1:000000000000:poison" } },
  }));
  await cloud.lambda.send(new CreateEventSourceMappingCommand({
    FunctionName: "alarms", EventSourceArn: tableStream, StartingPosition: "TRIM_HORIZON", FilterCriteria: { Filters: [{ Pattern: JSON.stringify({ eventName: ["INSERT"] }) }] },
  }));

  const measured = Array.from({ length: SENSORS * EACH }, (_, i) => ({ sensor: `s${i % SENSORS}`, at: Math.floor(i / SENSORS), celsius: (i * 37) % 101 }));
  const Records = measured.map((one) => ({ PartitionKey: one.sensor, Data: Buffer.from(JSON.stringify(one)) }));
  await kinesis.send(new PutRecordsCommand({ StreamName: "sensors", Records: Records.toSpliced(100, 0, { PartitionKey: "s1", Data: Buffer.from("no measurement") }) }));

  const written = ({ sensor, at, celsius }: (typeof measured)[number]): string => `${sensor} ${at} ${celsius}`;
  const stored = await eventually("all measurements are stored", async () => {
    const items = await rows("measurements");
    return items.length >= measured.length ? items : undefined;
  });
  expect(facts(stored)).toEqual(measured.map(written).toSorted());
  const hot = measured.filter(({ celsius }) => celsius > TOO_HOT);
  const alarms = await eventually("all alarms are raised", async () => {
    const items = await rows("alarms");
    return items.length >= hot.length ? items : undefined;
  });
  expect(facts(alarms)).toEqual(hot.map(written).toSorted());
  const { Messages = [] } = await sqs.send(new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: 20, MaxNumberOfMessages: 10 }));
  expect(Messages.map(({ Body = "" }) => JSON.parse(Body) as unknown)).toEqual([expect.objectContaining({
    requestContext: expect.objectContaining({ condition: "RetryAttemptsExhausted" }), KinesisBatchInfo: expect.objectContaining({ batchSize: 1, streamArn: StreamARN }),
  })]);
  const metrics = await (await fetch(`${cloud.endpoint}/metrics`)).text();
  expect(metrics).toContain('fugaz_sqs_messages{account="000000000000",region="us-east-1",queue="poison",state="leased"} 1\n');
  expect(metrics).toMatch(/^fugaz_sqs_oldest_message_seconds\{.*queue="poison"\} [\d.]+$/m);
  expect(metrics).toMatch(new RegExp(`^fugaz_mapping_iterator_age_seconds\\{mapping="${UUID}"\\} [\\d.]+$`, "m"));
  expect(metrics).toContain(`fugaz_mapping_events_total{mapping="${UUID}",fate="done"} ${measured.length}\n`);
  expect(metrics).toContain(`fugaz_mapping_events_total{mapping="${UUID}",fate="dropped"} 1\n`);
  for (const client of [kinesis, dynamodb, sqs]) client.destroy();
});

/** As functions were written in 2016: an SDK that is simply there, callbacks, a variable nobody declared, an end that is told to the context. */
const HANDLER_OF_2016 = `
var AWS = require("aws-sdk");
var table = new AWS.DynamoDB.DocumentClient({ params: { TableName: "readings" } });
exports.handler = function (event, context) {
  left = event.Records.length;
  event.Records.forEach(function (record) {
    var reading = JSON.parse(new Buffer(record.kinesis.data, "base64").toString("utf8"));
    reading.shard = record.eventID.split(":")[0];
    table.put({ Item: reading }, function (error) {
      if (error) return context.done(error);
      if (--left === 0) context.done(null, "stored");
    });
  });
};`;

test("a function of the first years runs as it was written, on the SDK of its time where the machine has it", async ({ skip }) => {
  const sdk = await cached("aws-sdk-2.1693.0", async (dir) => void (await tool(dir, "npm", ["install", "--global", "--prefix", dir, "--ignore-scripts", "--no-audit", "--no-fund", "aws-sdk@2.1693.0"])));
  if ("missing" in sdk) {
    expect(process.env["CI"], sdk.missing).toBeUndefined();
    return skip(sdk.missing);
  }
  // Where `npm install --global` has put it, beside what is on the PATH.
  await using cloud = await startCloud({ path: `${join(sdk.dir, "bin")}:${process.env["PATH"]}` });
  const settings = { endpoint: cloud.endpoint, region: "us-east-1", credentials: { accessKeyId: "test", secretAccessKey: "test" } };
  const [kinesis, dynamodb] = [new KinesisClient(settings), new DynamoDBClient(settings)];
  await kinesis.send(new CreateStreamCommand({ StreamName: "sensors", ShardCount: 1 }));
  await dynamodb.send(new CreateTableCommand({
    TableName: "readings", AttributeDefinitions: [{ AttributeName: "id", AttributeType: "S" }], KeySchema: [{ AttributeName: "id", KeyType: "HASH" }], ProvisionedThroughput: { ReadCapacityUnits: 1, WriteCapacityUnits: 1 },
  }));
  const { Runtime } = await cloud.lambda.send(new CreateFunctionCommand({ FunctionName: "store", Runtime: "nodejs8.10", Handler: "store.handler", Role: ROLE, Timeout: 30, MemorySize: 256, Code: { ZipFile: zipOf({ "store.js": HANDLER_OF_2016 }) } }));
  expect(Runtime).toBe("nodejs8.10");
  await cloud.lambda.send(new CreateEventSourceMappingCommand({ FunctionName: "store", EventSourceArn: "arn:aws:kinesis:us-east-1:000000000000:stream/sensors", StartingPosition: "TRIM_HORIZON", BatchSize: 25 }));
  const readings = Array.from({ length: 60 }, (_, n) => ({ id: `r${n}`, celsius: n / 2, note: n % 2 ? "ä" : "" }));
  await kinesis.send(new PutRecordsCommand({ StreamName: "sensors", Records: readings.map((reading) => ({ PartitionKey: reading.id, Data: Buffer.from(JSON.stringify(reading)) })) }));
  const stored = await eventually("all readings are stored", async () => {
    const { Items = [] } = await dynamodb.send(new ScanCommand({ TableName: "readings", ConsistentRead: true }));
    return Items.length === readings.length ? Items : undefined;
  });
  const byId = (a: { readonly id: string }, b: { readonly id: string }): number => (a.id < b.id ? -1 : 1);
  expect(stored.map(({ id, celsius, note, shard }) => ({ id: id?.S ?? "", celsius: Number(celsius?.N), note: note?.S, shard: shard?.S })).toSorted(byId)).toEqual(
    readings.map(({ id, celsius, note }) => ({ id, celsius, note, shard: "shardId-000000000000" })).toSorted(byId),
  );
  for (const client of [kinesis, dynamodb]) client.destroy();
});
