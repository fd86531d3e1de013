// `fugaz tail sqs` looks on: it shows what lies in a queue and what arrives, and the receivers notice nothing of it.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CreateQueueCommand, DeleteMessageCommand, DeleteQueueCommand, GetQueueAttributesCommand, ReceiveMessageCommand, SendMessageBatchCommand, SendMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { startServer } from "./child-server.ts";
import { startCloud, type TestCloud } from "./harness.ts";
import { tail } from "./tail-process.ts";

const instant = String.raw`\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z`;
const id = String.raw`[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}`;

let cloud: TestCloud;
let sqs: SQSClient;
const clientOf = (endpoint: string): SQSClient => new SQSClient({ endpoint, region: "us-east-1", credentials: { accessKeyId: "test", secretAccessKey: "test" }, maxAttempts: 1 });
beforeAll(async () => {
  cloud = await startCloud();
  sqs = clientOf(cloud.endpoint);
});
afterAll(async () => {
  sqs.destroy();
  await cloud[Symbol.asyncDispose]();
});

const make = async (QueueName: string, Attributes: Readonly<Record<string, string>> = {}): Promise<string> => (await sqs.send(new CreateQueueCommand({ QueueName, Attributes }))).QueueUrl ?? "";
const send = (QueueUrl: string, MessageBody: string, more: object = {}) => sqs.send(new SendMessageCommand({ QueueUrl, MessageBody, ...more }));

test("shows what lies there and what arrives, also what is received and deleted at once, and disturbs nothing", async () => {
  const url = await make("jobs", { VisibilityTimeout: "600" });
  await send(url, "taken");
  await sqs.send(new ReceiveMessageCommand({ QueueUrl: url }));
  await sqs.send(new SendMessageBatchCommand({ QueueUrl: url, Entries: [{ Id: "0", MessageBody: "late", DelaySeconds: 900 }, { Id: "1", MessageBody: "free", MessageAttributes: { color: { DataType: "String", StringValue: "red" } } }] }));
  await using jobs = tail(cloud.endpoint, "sqs", "jobs", "--from", "trim-horizon", "--json");
  const json = async (): Promise<unknown> => JSON.parse(await jobs.next());
  const message = { messageId: expect.stringMatching(id), sentMs: expect.any(Number), senderId: expect.any(String) };
  expect(await json()).toEqual({ ...message, body: "taken", receives: 1, firstReceivedMs: expect.any(Number), state: "in-flight", untilMs: expect.any(Number) });
  expect(await json()).toEqual({ ...message, body: "late", receives: 0, state: "delayed", untilMs: expect.any(Number) });
  expect(await json()).toEqual({ ...message, body: "free", receives: 0, state: "visible", attributes: { color: { type: "String", text: "red" } } });
  // What it saw is as it was: the first receive is the first.
  const free = await sqs.send(new ReceiveMessageCommand({ QueueUrl: url, MessageSystemAttributeNames: ["All"] }));
  expect(free.Messages).toMatchObject([{ Body: "free", Attributes: { ApproximateReceiveCount: "1" } }]);
  const bodies = Array.from({ length: 30 }, (_, n) => `quick ${n}\nё`);
  const receiver = (async () => {
    for (const body of bodies) {
      const { Messages = [] } = await sqs.send(new ReceiveMessageCommand({ QueueUrl: url, WaitTimeSeconds: 20 }));
      expect(Messages[0]?.Body).toBe(body);
      await sqs.send(new DeleteMessageCommand({ QueueUrl: url, ReceiptHandle: Messages[0]?.ReceiptHandle }));
    }
  })();
  const arrivals: unknown[] = [];
  for (const body of bodies) {
    await send(url, body);
    arrivals.push(await json());
  }
  await receiver;
  for (const [n, body] of bodies.entries()) expect(arrivals[n]).toEqual({ ...message, body, receives: 0, state: "new" });
  expect((await sqs.send(new GetQueueAttributesCommand({ QueueUrl: url, AttributeNames: ["All"] }))).Attributes).toMatchObject({ ApproximateNumberOfMessages: "0", ApproximateNumberOfMessagesNotVisible: "2", ApproximateNumberOfMessagesDelayed: "1" });
  await sqs.send(new DeleteQueueCommand({ QueueUrl: url }));
  expect(await jobs.ended()).toEqual({ code: 0, stderr: "" });
});

test("of a FIFO queue it says the groups, and who waits behind whom; dead letters arrive with their past", async () => {
  const dead = await make("dead.fifo", { FifoQueue: "true" });
  const url = await make("work.fifo", { FifoQueue: "true", ContentBasedDeduplication: "true", VisibilityTimeout: "600", RedrivePolicy: JSON.stringify({ deadLetterTargetArn: "arn:aws:sqs:us-east-1:000000000000:dead.fifo", maxReceiveCount: 1 }) });
  for (const [group, body] of [["a", "a1"], ["a", "a2"], ["b", "b1"]] as const) await send(url, body, { MessageGroupId: group });
  await sqs.send(new ReceiveMessageCommand({ QueueUrl: url, VisibilityTimeout: 500 }));
  await using work = tail(cloud.endpoint, "sqs", "work.fifo", "--from", "trim-horizon");
  expect(await work.next()).toMatch(new RegExp(`^${instant}  ${id}  in flight until ${instant}  received 1  group a  a1$`));
  expect(await work.next()).toMatch(new RegExp(`^${instant}  ${id}  blocked until ${instant}  received 0  group a  a2$`));
  expect(await work.next()).toMatch(new RegExp(`^${instant}  ${id}  visible  received 0  group b  b1$`));
  await send(dead, "marker", { MessageGroupId: "m", MessageDeduplicationId: "m" });
  await using graves = tail(cloud.endpoint, "sqs", "dead.fifo", "--from", "trim-horizon");
  expect(await graves.next()).toMatch(/  visible  received 0  group m  marker$/);
  const [first] = (await sqs.send(new ReceiveMessageCommand({ QueueUrl: url, VisibilityTimeout: 0 }))).Messages ?? [];
  expect(first?.Body).toBe("b1");
  await sqs.send(new ReceiveMessageCommand({ QueueUrl: url }));
  expect(await graves.next()).toMatch(new RegExp(`^${instant}  ${id}  new  received 1  group b  b1$`));
  // From the moment of the answer on, when nothing else is said.
  const { body } = await fetch(`${cloud.endpoint}/_fugaz/queues/us-east-1/000000000000/work.fifo`);
  await send(url, "b2", { MessageGroupId: "b" });
  const reader = body?.getReader();
  expect(JSON.parse(Buffer.from((await reader?.read())?.value ?? []).toString())).toMatchObject({ body: "b2", state: "new", groupId: "b", sequenceNumber: expect.stringMatching(/^\d{20}$/) });
  await reader?.cancel();
});

test("what can not be looked at is said in one sentence, and so is a server that dies meanwhile", async () => {
  await using nobody = tail(cloud.endpoint, "sqs", "nobody");
  expect(await nobody.ended()).toEqual({ code: 1, stderr: "fugaz: There is no queue nobody.\n" });
  const at = (path: string, init?: RequestInit) => fetch(`${cloud.endpoint}/_fugaz/queues/us-east-1/000000000000/${path}`, init);
  expect(await Promise.all(["nobody", "no/body", "jobs?from=here"].map(async (path) => (await at(path)).status))).toEqual([404, 404, 400]);
  expect((await at("jobs", { method: "POST" })).status).toBe(405);
  const dir = await mkdtemp(join(tmpdir(), "fugaz-tail-"));
  onTestFinished(() => rm(dir, { recursive: true, force: true }));
  await using server = await startServer(dir);
  const client = clientOf(server.endpoint);
  const { QueueUrl } = await client.send(new CreateQueueCommand({ QueueName: "short" }));
  await client.send(new SendMessageCommand({ QueueUrl, MessageBody: "one" }));
  client.destroy();
  await using short = tail(server.endpoint, "sqs", "short", "--from", "trim-horizon");
  expect(await short.next()).toMatch(/  visible  received 0  one$/);
  server.kill();
  expect(await short.ended()).toEqual({ code: 1, stderr: "fugaz: The connection to the server broke.\n" });
});
