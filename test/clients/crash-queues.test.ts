// Kill the server while clients send, receive and delete, start it again: every acknowledged message is there, every acknowledged deletion holds, FIFO order too.
import { CreateQueueCommand, DeleteMessageCommand, ReceiveMessageCommand, SendMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import { afterAll, expect, test } from "vitest";
import { killableServer } from "./child-server.ts";

const ROUNDS = 2;
const server = killableServer();
let sqs: SQSClient;
afterAll(() => sqs.destroy());

const start = async (): Promise<void> => void (sqs = new SQSClient(await server.start()));
// Visible again at once: nothing has to be waited for after the kill.
const create = async (name: string): Promise<string> =>
  (await sqs.send(new CreateQueueCommand({ QueueName: name, Attributes: { VisibilityTimeout: "0", ...(name.endsWith(".fifo") && { FifoQueue: "true", ContentBasedDeduplication: "true" }) } }))).QueueUrl ?? "";

test("a kill under load loses no acknowledged message, brings back no deleted one, and keeps the order of groups", async () => {
  const seed = Number(process.env["FUGAZ_TEST_SEED"] ?? Date.now() % 100_000);
  process.stdout.write(`messages before the kill, seed ${seed}\n`);
  const sent = { "load": new Set<string>(), "load.fifo": new Set<string>() };
  const deleting = new Set<string>();
  const deleted = new Set<string>();
  for (let round = 0; round < ROUNDS; round++) {
    await start();
    const urls = { "load": await create("load"), "load.fifo": await create("load.fifo") };
    let acknowledged = 0;
    const send = async (name: keyof typeof sent, worker: number): Promise<void> => {
      for (let n = 0; ; n++) {
        const body = `${worker}:${round}:${String(n).padStart(6, "0")}`;
        await sqs.send(new SendMessageCommand({ QueueUrl: urls[name], MessageBody: body, ...(name === "load.fifo" && { MessageGroupId: String(worker) }) }));
        sent[name].add(body);
        if (++acknowledged === 60 + (seed % 40)) server.kill();
      }
    };
    const remove = async (): Promise<void> => {
      for (;;) {
        const [message] = (await sqs.send(new ReceiveMessageCommand({ QueueUrl: urls.load, VisibilityTimeout: 0 }))).Messages ?? [];
        if (!message?.Body) continue;
        deleting.add(message.Body);
        await sqs.send(new DeleteMessageCommand({ QueueUrl: urls.load, ReceiptHandle: message.ReceiptHandle }));
        deleted.add(message.Body);
      }
    };
    await Promise.allSettled([send("load", 0), send("load", 1), send("load.fifo", 2), send("load.fifo", 3), remove()]);
    sqs.destroy();
  }

  await start();
  const drain = async (name: keyof typeof sent): Promise<readonly string[]> => {
    const QueueUrl = await create(name);
    const bodies: string[] = [];
    for (;;) {
      const { Messages = [] } = await sqs.send(new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10, VisibilityTimeout: 600 }));
      if (Messages.length === 0) return bodies;
      for (const { Body = "", ReceiptHandle } of Messages) {
        bodies.push(Body);
        await sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }));
      }
    }
  };
  const left = await drain("load");
  expect(new Set(left).size).toBe(left.length);
  expect([...sent.load].filter((body) => !left.includes(body) && !deleting.has(body))).toEqual([]);
  expect(left.filter((body) => deleted.has(body))).toEqual([]);
  const ordered = await drain("load.fifo");
  expect([...sent["load.fifo"]].filter((body) => !ordered.includes(body))).toEqual([]);
  for (const worker of ["2", "3"]) {
    const group = ordered.filter((body) => body.startsWith(`${worker}:`));
    expect(group).toEqual([...group].sort());
  }
}, 120_000);
