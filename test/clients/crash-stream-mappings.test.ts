// Kill the server while a Kinesis stream feeds a function, start it again: every acknowledged record reaches it, in the order of its shard.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CreateStreamCommand, KinesisClient, PutRecordCommand } from "@aws-sdk/client-kinesis";
import { CreateEventSourceMappingCommand, CreateFunctionCommand, LambdaClient } from "@aws-sdk/client-lambda";
import { CreateQueueCommand, DeleteMessageBatchCommand, GetQueueUrlCommand, ReceiveMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type ChildServer, startServer } from "./child-server.ts";
import { eventually, ROLE, zipOf } from "./harness.ts";

const ROUNDS = Number(process.env["FUGAZ_CRASH_ROUNDS"] ?? 2);
let dir: string;
let server: ChildServer;
let clients: { readonly sqs: SQSClient; readonly lambda: LambdaClient; readonly kinesis: KinesisClient };

beforeAll(async () => void (dir = await mkdtemp(join(tmpdir(), "fugaz-crash-streams-"))));
afterAll(async () => {
  for (const client of Object.values(clients)) client.destroy();
  await server[Symbol.asyncDispose]();
  await rm(dir, { recursive: true, force: true });
});

const start = async (): Promise<void> => {
  server = await startServer(join(dir, "data"));
  const settings = { endpoint: server.endpoint, region: "us-east-1", credentials: { accessKeyId: "test", secretAccessKey: "test" }, maxAttempts: 1 };
  clients = { sqs: new SQSClient(settings), lambda: new LambdaClient(settings), kinesis: new KinesisClient(settings) };
};
/** Hands its records on, one after the other, before it says that it is through. */
const handOn = `import { GetQueueUrlCommand, SendMessageBatchCommand, SQSClient } from "@aws-sdk/client-sqs";
const sqs = new SQSClient({});
let url;
export const handler = async (event) => {
  url ??= (await sqs.send(new GetQueueUrlCommand({ QueueName: "seen.fifo" }))).QueueUrl;
  await sqs.send(new SendMessageBatchCommand({ QueueUrl: url, Entries: event.Records.map(({ kinesis }, n) => ({ Id: String(n), MessageBody: Buffer.from(kinesis.data, "base64").toString(), MessageGroupId: kinesis.partitionKey })) }));
};`;

test("kills under load lose no record on its way to the function, and partition keys keep their order", async () => {
  const seed = Number(process.env["FUGAZ_TEST_SEED"] ?? Date.now() % 100_000);
  process.stdout.write(`records before the kill, seed ${seed}\n`);
  await start();
  await clients.sqs.send(new CreateQueueCommand({ QueueName: "seen.fifo", Attributes: { FifoQueue: "true", ContentBasedDeduplication: "true", VisibilityTimeout: "600" } }));
  await clients.kinesis.send(new CreateStreamCommand({ StreamName: "load", ShardCount: 2 }));
  await clients.lambda.send(new CreateFunctionCommand({ FunctionName: "load", Runtime: "nodejs24.x", Handler: "index.handler", Role: ROLE, Timeout: 20, MemorySize: 512, Code: { ZipFile: zipOf({ "index.mjs": handOn }) } }));
  await clients.lambda.send(new CreateEventSourceMappingCommand({ FunctionName: "load", EventSourceArn: "arn:aws:kinesis:us-east-1:000000000000:stream/load", StartingPosition: "TRIM_HORIZON", BatchSize: 5, ParallelizationFactor: 2 }));
  const sent = new Set<string>();
  for (let round = 0; round < ROUNDS; round++) {
    if (round > 0) await start();
    let acknowledged = 0;
    const put = async (worker: number): Promise<void> => {
      for (let n = 0; ; n++) {
        const text = `${worker}:${round}:${String(n).padStart(6, "0")}`;
        await clients.kinesis.send(new PutRecordCommand({ StreamName: "load", PartitionKey: String(worker), Data: Buffer.from(text) }));
        sent.add(text);
        if (++acknowledged === 120 + (seed % 60)) server.kill();
      }
    };
    await Promise.allSettled([put(0), put(1), put(2), put(3)]);
    for (const client of Object.values(clients)) client.destroy();
  }
  await start();
  const QueueUrl = (await clients.sqs.send(new GetQueueUrlCommand({ QueueName: "seen.fifo" }))).QueueUrl;
  const seen: string[] = [];
  await eventually("the last record", async () => {
    const { Messages = [] } = await clients.sqs.send(new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10 }));
    seen.push(...Messages.map(({ Body = "" }) => Body));
    if (Messages.length > 0) await clients.sqs.send(new DeleteMessageBatchCommand({ QueueUrl, Entries: Messages.map(({ ReceiptHandle }, index) => ({ Id: String(index), ReceiptHandle })) }));
    return [...sent].every((text) => seen.includes(text)) ? true : undefined;
  }, 40_000).catch(() => expect([...sent].filter((text) => !seen.includes(text)), `seed ${seed}`).toEqual([]));
  for (const worker of ["0", "1", "2", "3"]) {
    const mine = seen.filter((text) => text.startsWith(`${worker}:`));
    expect(mine, `seed ${seed}`).toEqual([...mine].sort());
  }
  process.stdout.write(`${sent.size} acknowledged, all seen\n`);
}, 180_000);
