// Messages sent, and received and deleted, per second: one client and many, an empty queue and one with a million messages.
import { CreateQueueCommand, DeleteMessageBatchCommand, DeleteMessageCommand, ReceiveMessageCommand, SendMessageBatchCommand, SendMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import type { clientSettings } from "../src/main/cli/client.ts";
import { systemClock } from "../src/main/system-clock.ts";
import { load, type Row } from "./load.ts";

const MessageBody = "x".repeat(256);
const RUN_MS = 2000;
const CLIENTS: readonly number[] = [1, 64];
const BACKLOG = 1_000_000;
const BATCH = 10;
const FILLERS = 32;
/** The disk still writes what filled the queue; that is not what is measured. */
const REST_MS = 20_000;

/** `memoryMb`: of the server, now. `deep` fills a queue first, which takes minutes. */
export async function benchQueues(settings: ReturnType<typeof clientSettings>, memoryMb: () => Promise<number>, deep: boolean): Promise<readonly Row[]> {
  // The client would compare every MD5; its work is not what is measured.
  const sqs = new SQSClient({ ...settings, md5: false });
  const rows: Row[] = [];
  const QueueUrl = (await sqs.send(new CreateQueueCommand({ QueueName: "bench" }))).QueueUrl;
  const fifo = (await sqs.send(new CreateQueueCommand({ QueueName: "bench.fifo", Attributes: { FifoQueue: "true" } }))).QueueUrl;
  const send = () => sqs.send(new SendMessageCommand({ QueueUrl, MessageBody }));
  const take = async (): Promise<void> => {
    const [message] = (await sqs.send(new ReceiveMessageCommand({ QueueUrl }))).Messages ?? [];
    if (message) await sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle: message.ReceiptHandle }));
  };
  for (const clients of CLIENTS) {
    const who = `${clients} client${clients === 1 ? "" : "s"}`;
    await load(clients, RUN_MS / 4, send);
    rows.push(...rowsOf(`SendMessage 256 B, ${who}`, await load(clients, RUN_MS, send)));
    rows.push(...rowsOf(`ReceiveMessage + DeleteMessage, ${who}`, await load(clients, RUN_MS, take)));
  }
  rows.push(...rowsOf("SendMessage to a FIFO queue, 64 clients in 64 groups", await load(64, RUN_MS, (n) => sqs.send(new SendMessageCommand({ QueueUrl: fifo, MessageBody, MessageGroupId: String(n % 64), MessageDeduplicationId: String(n) })))));
  const batch = await load(FILLERS, RUN_MS, async () => {
    const { Messages = [] } = await sqs.send(new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: BATCH }));
    if (Messages.length > 0) await sqs.send(new DeleteMessageBatchCommand({ QueueUrl, Entries: Messages.map(({ ReceiptHandle }, index) => ({ Id: String(index), ReceiptHandle })) }));
    else await sendBatch();
  });
  rows.push({ what: `send, receive and delete in batches of ten, ${FILLERS} clients`, value: batch.perSecond, unit: "batches/s" });
  if (!deep) return rows;

  let sent = 0;
  await Promise.all(Array.from({ length: FILLERS }, async () => {
    for (; sent < BACKLOG; ) {
      sent += BATCH;
      await sendBatch();
    }
  }));
  await systemClock.sleep(REST_MS);
  for (const clients of CLIENTS) rows.push(...rowsOf(`ReceiveMessage + DeleteMessage with ${BACKLOG} messages waiting, ${clients} client${clients === 1 ? "" : "s"}`, await load(clients, RUN_MS, take)));
  rows.push({ what: `memory with ${BACKLOG} messages waiting (RSS)`, value: await memoryMb(), unit: "MB" });
  return rows;

  function sendBatch(): Promise<unknown> {
    return sqs.send(new SendMessageBatchCommand({ QueueUrl, Entries: Array.from({ length: BATCH }, (_, index) => ({ Id: String(index), MessageBody })) }));
  }
}

const rowsOf = (what: string, { perSecond, p50Ms }: { readonly perSecond: number; readonly p50Ms: number }): readonly Row[] => [
  { what, value: perSecond, unit: "/s" },
  { what: `${what}, p50`, value: p50Ms, unit: "ms" },
];
