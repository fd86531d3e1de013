// Kill the server again and again while queues, a stream and a table feed functions: every acknowledged record reaches its function, and nothing overtakes.
import { once } from "node:events";
import { createServer, type AddressInfo, type Socket } from "node:net";
import { createInterface } from "node:readline";
import { CreateTableCommand, DynamoDBClient, PutItemCommand } from "@aws-sdk/client-dynamodb";
import { CreateStreamCommand, KinesisClient, PutRecordCommand } from "@aws-sdk/client-kinesis";
import { CreateEventSourceMappingCommand, CreateFunctionCommand, LambdaClient } from "@aws-sdk/client-lambda";
import { CreateQueueCommand, SendMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import { expect, test } from "vitest";
import { seeded } from "../contract/seeded.ts";
import { killableServer } from "./child-server.ts";
import { eventually, ROLE, zipOf } from "./harness.ts";

const ROUNDS = Number(process.env["FUGAZ_CRASH_ROUNDS"] ?? 20);
const seed = Number(process.env["FUGAZ_TEST_SEED"] ?? Date.now() % 100_000);
const random = seeded(seed);
/** Acknowledged and seen in one life, all sources together. */
const lifeLength = (): number => 60 + Math.floor(random() * 300);

const sources = ["kinesis", "dynamodb", "sqs", "fifo"] as const;
type Source = (typeof sources)[number];
/** Each has its own partition key, item or group. */
const WORKERS = ["a", "b"] as const;

interface Clients {
  readonly kinesis: KinesisClient;
  readonly db: DynamoDBClient;
  readonly sqs: SQSClient;
  readonly lambda: LambdaClient;
}

const { start, kill } = killableServer();

/** Hears from the functions what they were given, whoever dies meanwhile; they go on when it has heard. */
async function openEar(heard: (source: Source, texts: readonly string[]) => void) {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket.on("error", () => undefined).on("close", () => sockets.delete(socket)));
    createInterface({ input: socket }).on("error", () => undefined).on("line", (line) => {
      const [source, ...texts] = JSON.parse(line) as [Source, ...string[]];
      heard(source, texts);
      socket.write("heard\n");
    });
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    port: String((server.address() as AddressInfo).port),
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, "close");
    },
  };
}

const handler = `import { connect } from "node:net";
import { once } from "node:events";
const ear = connect(process.env.PORT, "127.0.0.1").setNoDelay(true);
const textOf = { kinesis: ({ kinesis }) => Buffer.from(kinesis.data, "base64").toString(), dynamodb: ({ dynamodb }) => dynamodb.NewImage.text.S, sqs: ({ body }) => body, fifo: ({ body }) => body }[process.env.SOURCE];
const failed = new Set();
export const handler = async ({ Records }) => {
  const texts = Records.map(textOf);
  const [first] = texts;
  // A queue would hide its messages for seconds.
  if (/kinesis|dynamodb/.test(process.env.SOURCE) && Number(first.slice(2)) % 9 === 0 && !failed.has(first)) {
    failed.add(first);
    throw new Error("not the first time");
  }
  ear.write(JSON.stringify([process.env.SOURCE, ...texts]) + "\\n");
  await once(ear, "data");
};`;

const urlOf = ({ endpoint }: { readonly endpoint: string }, source: "sqs" | "fifo"): string => `${endpoint}/000000000000/${source === "fifo" ? "load.fifo" : "load"}`;

/** Makes the four sources and joins each with a function of its own. */
async function build({ kinesis, db, sqs, lambda }: Clients, PORT: string): Promise<void> {
  await kinesis.send(new CreateStreamCommand({ StreamName: "load", ShardCount: 2 }));
  const { TableDescription } = await db.send(new CreateTableCommand({
    TableName: "load", BillingMode: "PAY_PER_REQUEST", AttributeDefinitions: [{ AttributeName: "id", AttributeType: "S" }], KeySchema: [{ AttributeName: "id", KeyType: "HASH" }], StreamSpecification: { StreamEnabled: true, StreamViewType: "NEW_IMAGE" },
  }));
  await sqs.send(new CreateQueueCommand({ QueueName: "load", Attributes: { VisibilityTimeout: "2" } }));
  await sqs.send(new CreateQueueCommand({ QueueName: "load.fifo", Attributes: { VisibilityTimeout: "2", FifoQueue: "true", ContentBasedDeduplication: "true" } }));
  const stream = { StartingPosition: "TRIM_HORIZON", ParallelizationFactor: 2, BatchSize: 5 } as const;
  const mappings = {
    kinesis: { EventSourceArn: "arn:aws:kinesis:us-east-1:000000000000:stream/load", ...stream },
    dynamodb: { EventSourceArn: TableDescription?.LatestStreamArn, ...stream },
    sqs: { EventSourceArn: "arn:aws:sqs:us-east-1:000000000000:load", BatchSize: 5 },
    fifo: { EventSourceArn: "arn:aws:sqs:us-east-1:000000000000:load.fifo", BatchSize: 5 },
  };
  for (const source of sources) {
    await lambda.send(new CreateFunctionCommand({ FunctionName: source, Runtime: "nodejs24.x", Handler: "index.handler", Role: ROLE, Timeout: 2, MemorySize: 256, Code: { ZipFile: zipOf({ "index.mjs": handler }) }, Environment: { Variables: { PORT, SOURCE: source } } }));
    await lambda.send(new CreateEventSourceMappingCommand({ FunctionName: source, ...mappings[source] }));
  }
}

test(`${ROUNDS} kills under load lose no record on its way to a function, and nothing overtakes in its shard or group`, async () => {
  process.stdout.write(`kills at random moments, FUGAZ_TEST_SEED=${seed}\n`);
  const acknowledged = new Map<Source, Set<string>>(sources.map((source) => [source, new Set()]));
  /** Every text in the order in which it came first. */
  const seen = new Map<Source, Set<string>>(sources.map((source) => [source, new Set()]));
  let given = 0;
  let left = lifeLength();
  const step = (count: number): void => {
    if (left > 0 && (left -= count) <= 0) kill();
  };
  await using ear = await openEar((source, texts) => {
    given += texts.length;
    for (const text of texts) seen.get(source)?.add(text);
    step(texts.length);
  });
  const numbers = new Map<string, number>();

  for (let round = 0; round < ROUNDS; round++) {
    const settings = await start();
    const clients: Clients = { kinesis: new KinesisClient(settings), db: new DynamoDBClient(settings), sqs: new SQSClient(settings), lambda: new LambdaClient(settings) };
    if (round === 0) await build(clients, ear.port);
    left = lifeLength();
    const { kinesis, db, sqs } = clients;
    const puts: Readonly<Record<Source, (worker: string, text: string) => Promise<unknown>>> = {
      kinesis: (PartitionKey, text) => kinesis.send(new PutRecordCommand({ StreamName: "load", PartitionKey, Data: Buffer.from(text) })),
      dynamodb: (id, text) => db.send(new PutItemCommand({ TableName: "load", Item: { id: { S: id }, text: { S: text } } })),
      sqs: (_worker, MessageBody) => sqs.send(new SendMessageCommand({ QueueUrl: urlOf(settings, "sqs"), MessageBody })),
      fifo: (MessageGroupId, MessageBody) => sqs.send(new SendMessageCommand({ QueueUrl: urlOf(settings, "fifo"), MessageBody, MessageGroupId })),
    };
    const work = async (source: Source, worker: string): Promise<void> => {
      for (;;) {
        const n = (numbers.get(source + worker) ?? 0) + 1;
        numbers.set(source + worker, n);
        await puts[source](worker, `${worker}:${n}`);
        acknowledged.get(source)?.add(`${worker}:${n}`);
        step(1);
      }
    };
    await Promise.allSettled(sources.flatMap((source) => WORKERS.map((worker) => work(source, worker))));
    for (const client of Object.values(clients)) client.destroy();
  }
  left = 0;
  await start();
  const missing = (source: Source): readonly string[] => [...(acknowledged.get(source) ?? [])].filter((text) => !seen.get(source)?.has(text));
  await eventually("the last record", async () => (sources.every((source) => missing(source).length === 0) ? true : undefined), 60_000).catch(() => undefined);
  expect(sources.flatMap((source) => missing(source).map((text) => `${source} ${text}`)), `seed ${seed}`).toEqual([]);
  for (const source of ["kinesis", "dynamodb", "fifo"] as const) {
    for (const worker of WORKERS) {
      const order = [...(seen.get(source) ?? [])].filter((text) => text.startsWith(worker)).map((text) => Number(text.slice(2)));
      expect(order, `${source} ${worker}, seed ${seed}`).toEqual(order.toSorted((a, b) => a - b));
    }
  }
  const count = (of: ReadonlyMap<Source, ReadonlySet<string>>): number => sources.reduce((sum, source) => sum + (of.get(source)?.size ?? 0), 0);
  process.stdout.write(`${count(acknowledged)} acknowledged, ${given - count(seen)} came twice\n`);
}, 60_000 + ROUNDS * 15_000);
