// Kill the server while queues feed functions, start it again: every acknowledged message reaches its function, those of a group in order.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CreateEventSourceMappingCommand, CreateFunctionCommand, LambdaClient } from "@aws-sdk/client-lambda";
import { CreateQueueCommand, DeleteMessageBatchCommand, GetQueueAttributesCommand, GetQueueUrlCommand, ReceiveMessageCommand, SendMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type ChildServer, startServer } from "./child-server.ts";
import { eventually, ROLE, zipOf } from "./harness.ts";

const ROUNDS = Number(process.env["FUGAZ_CRASH_ROUNDS"] ?? 2);
const names = ["load", "load.fifo"] as const;
let dir: string;
let server: ChildServer;
let clients: { readonly sqs: SQSClient; readonly lambda: LambdaClient };

beforeAll(async () => void (dir = await mkdtemp(join(tmpdir(), "fugaz-crash-mappings-"))));
afterAll(async () => {
  for (const client of Object.values(clients)) client.destroy();
  await server[Symbol.asyncDispose]();
  await rm(dir, { recursive: true, force: true });
});

const start = async (): Promise<void> => {
  server = await startServer(join(dir, "data"));
  const settings = { endpoint: server.endpoint, region: "us-east-1", credentials: { accessKeyId: "test", secretAccessKey: "test" }, maxAttempts: 1 };
  clients = { sqs: new SQSClient(settings), lambda: new LambdaClient(settings) };
};
const address = async (QueueName: string): Promise<string> => (await clients.sqs.send(new GetQueueUrlCommand({ QueueName }))).QueueUrl ?? "";
const make = (QueueName: string, seconds: number) =>
  clients.sqs.send(new CreateQueueCommand({ QueueName, Attributes: { VisibilityTimeout: String(seconds), ...(QueueName.endsWith(".fifo") && { FifoQueue: "true", ContentBasedDeduplication: "true" }) } }));
/** What its function has handed on, in order. */
const seenOf = async (name: string): Promise<readonly string[]> => {
  const QueueUrl = await address(`seen-${name}`);
  const bodies: string[] = [];
  for (;;) {
    const { Messages = [] } = await clients.sqs.send(new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10 }));
    if (Messages.length === 0) return bodies;
    bodies.push(...Messages.map(({ Body = "" }) => Body));
    await clients.sqs.send(new DeleteMessageBatchCommand({ QueueUrl, Entries: Messages.map(({ ReceiptHandle }, index) => ({ Id: String(index), ReceiptHandle })) }));
  }
};
/** Hands its messages on before it says that it is through: what it did not, it has to be given again. */
const handOn = `import { GetQueueUrlCommand, SendMessageBatchCommand, SQSClient } from "@aws-sdk/client-sqs";
const sqs = new SQSClient({});
let url;
export const handler = async (event) => {
  url ??= (await sqs.send(new GetQueueUrlCommand({ QueueName: process.env.SEEN }))).QueueUrl;
  const groupOf = (record) => (record.attributes.MessageGroupId ? { MessageGroupId: record.attributes.MessageGroupId } : {});
  await sqs.send(new SendMessageBatchCommand({ QueueUrl: url, Entries: event.Records.map((record, n) => ({ Id: String(n), MessageBody: record.body, ...groupOf(record) })) }));
};`;

test("kills under load lose no message on its way to a function, and groups keep their order", async () => {
  const seed = Number(process.env["FUGAZ_TEST_SEED"] ?? Date.now() % 100_000);
  process.stdout.write(`messages before the kill, seed ${seed}\n`);
  await start();
  for (const name of names) {
    const FunctionName = name.replace(".", "-");
    await make(name, 4);
    await make(`seen-${name}`, 60);
    await clients.lambda.send(new CreateFunctionCommand({
      FunctionName, Runtime: "nodejs24.x", Handler: "index.handler", Role: ROLE, Timeout: 4, MemorySize: 512, Code: { ZipFile: zipOf({ "index.mjs": handOn }) }, Environment: { Variables: { SEEN: `seen-${name}` } },
    }));
    await clients.lambda.send(new CreateEventSourceMappingCommand({ FunctionName, EventSourceArn: `arn:aws:sqs:us-east-1:000000000000:${name}`, BatchSize: 5 }));
  }
  const sent = { "load": new Set<string>(), "load.fifo": new Set<string>() };
  for (let round = 0; round < ROUNDS; round++) {
    if (round > 0) await start();
    let acknowledged = 0;
    const send = async (name: (typeof names)[number], worker: number): Promise<void> => {
      const QueueUrl = await address(name);
      for (let n = 0; ; n++) {
        const body = `${worker}:${round}:${String(n).padStart(6, "0")}`;
        await clients.sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: body, ...(name === "load.fifo" && { MessageGroupId: String(worker) }) }));
        sent[name].add(body);
        if (++acknowledged === 120 + (seed % 60)) server.kill();
      }
    };
    await Promise.allSettled([send("load", 0), send("load", 1), send("load.fifo", 2), send("load.fifo", 3)]);
    for (const client of Object.values(clients)) client.destroy();
  }
  await start();
  for (const name of names) {
    await eventually(`the end of ${name}`, async () => {
      const { Attributes = {} } = await clients.sqs.send(new GetQueueAttributesCommand({ QueueUrl: await address(name), AttributeNames: ["All"] }));
      return Attributes["ApproximateNumberOfMessages"] === "0" && Attributes["ApproximateNumberOfMessagesNotVisible"] === "0" ? true : undefined;
    }, 40_000);
  }
  const seen = { "load": await seenOf("load"), "load.fifo": await seenOf("load.fifo") };
  for (const name of names) expect([...sent[name]].filter((body) => !seen[name].includes(body)), `seed ${seed}`).toEqual([]);
  for (const worker of ["2", "3"]) {
    const group = seen["load.fifo"].filter((body) => body.startsWith(`${worker}:`));
    expect(group, `seed ${seed}`).toEqual([...group].sort());
  }
  process.stdout.write(`${sent.load.size + sent["load.fifo"].size} acknowledged, ${seen.load.length - new Set(seen.load).size} came twice\n`);
}, 180_000);
