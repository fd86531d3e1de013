// Messages sent, and received and deleted, per second: one client and many, an empty queue and one with a million messages.
import { systemClock } from "../src/main/system-clock.ts";
import { openOperations, SQS } from "./calls.ts";
import { load, type Load, type Row } from "./load.ts";
import { memoryOf, memoryRows } from "./process-memory.ts";

const MessageBody = "x".repeat(256);
const RUN_MS = 2000;
const CLIENTS: readonly number[] = [1, 64];
const BACKLOG = 1_000_000;
const BATCH = 10;
const FILLERS = 32;
/** The disk still writes what filled the queue; that is not what is measured. */
const REST_MS = 20_000;

/** `deep` fills a queue first, which takes minutes. */
export async function benchQueues({ endpoint, pid }: { readonly endpoint: string; readonly pid: number }, deep: boolean): Promise<readonly Row[]> {
  using operations = openOperations(endpoint, SQS, Math.max(...CLIENTS));
  const { call } = operations;
  const create = async (input: object): Promise<string> => (JSON.parse((await call("CreateQueue", input)).toString()) as { readonly QueueUrl: string }).QueueUrl;
  const receive = async (input: object): Promise<readonly Received[]> => (JSON.parse((await call("ReceiveMessage", input)).toString()) as { readonly Messages?: readonly Received[] }).Messages ?? [];
  const rows: Row[] = [];
  const QueueUrl = await create({ QueueName: "bench" });
  const fifo = await create({ QueueName: "bench.fifo", Attributes: { FifoQueue: "true" } });
  const send = () => call("SendMessage", { QueueUrl, MessageBody });
  const take = async (): Promise<void> => {
    const [message] = await receive({ QueueUrl });
    if (message) await call("DeleteMessage", { QueueUrl, ReceiptHandle: message.ReceiptHandle });
  };
  for (const clients of CLIENTS) {
    const who = `${clients} client${clients === 1 ? "" : "s"}`;
    await load(clients, RUN_MS / 4, send);
    rows.push(...rowsOf(`SendMessage 256 B, ${who}`, await load(clients, RUN_MS, send), clients === 64 ? ">= 4000" : undefined));
    rows.push(...rowsOf(`ReceiveMessage + DeleteMessage, ${who}`, await load(clients, RUN_MS, take)));
  }
  rows.push(...rowsOf("SendMessage to a FIFO queue, 64 clients in 64 groups", await load(64, RUN_MS, (n) => call("SendMessage", { QueueUrl: fifo, MessageBody, MessageGroupId: String(n % 64), MessageDeduplicationId: String(n) }))));
  const batch = await load(FILLERS, RUN_MS, async () => {
    const messages = await receive({ QueueUrl, MaxNumberOfMessages: BATCH });
    if (messages.length > 0) await call("DeleteMessageBatch", { QueueUrl, Entries: messages.map(({ ReceiptHandle }, index) => ({ Id: String(index), ReceiptHandle })) });
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
  return [...rows, ...memoryRows(`with ${BACKLOG} messages waiting`, await memoryOf(pid))];

  function sendBatch(): Promise<unknown> {
    return call("SendMessageBatch", { QueueUrl, Entries: Array.from({ length: BATCH }, (_, index) => ({ Id: String(index), MessageBody })) });
  }
}

interface Received {
  readonly ReceiptHandle: string;
}

const rowsOf = (what: string, { perSecond, p50Ms }: Load, goal?: string): readonly Row[] => [
  { what, value: perSecond, unit: "/s", ...(goal && { goal }) },
  { what: `${what}, p50`, value: p50Ms, unit: "ms" },
];
