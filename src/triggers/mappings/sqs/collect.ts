// Collects the messages of the next batch: waits for the first without polling, then until the batch is full or its window is over.
import type { Clock } from "../../../kernel/clock.ts";
import { limits } from "../../../kernel/limits.ts";
import type { QueueRecord, Queues, ReceivedMessage } from "../../queues/queues.ts";

export interface CollectDeps {
  readonly queues: Pick<Queues, "receive">;
  readonly clock: Pick<Clock, "now" | "sleep">;
  /** Ends the waiting; what was collected is in the answer. */
  readonly signal: AbortSignal;
}

export interface Collecting {
  readonly batchSize: number;
  readonly windowSeconds: number;
  readonly visibilitySeconds: number;
}

/** Ours: how long one wait at an empty queue lasts; a commit ends it at once. */
const WAIT_SECONDS = 600;
/** Ours: a payload that is nearly full is not waited for. */
const BYTES_MAX = limits.functions.syncRequestBytesMax * 0.9;
/** Ours: where too many messages are in flight, the queue is looked at again after this. */
const FULL_MS = 1000;

/** `firstMs`: when the first of them was received. No messages when the wait was long or has been ended. */
export async function collect(queue: QueueRecord, deps: CollectDeps, { batchSize, windowSeconds, visibilitySeconds }: Collecting): Promise<{ readonly messages: readonly ReceivedMessage[]; readonly firstMs: number }> {
  const { queues, clock, signal } = deps;
  const receive = async (max: number, waitSeconds: number): Promise<readonly ReceivedMessage[]> => {
    const received = await queues.receive(queue, { max: Math.min(max, limits.store.listMax), visibilitySeconds, waitSeconds, signal });
    if (received === undefined) await clock.sleep(FULL_MS, signal).catch(() => undefined);
    return received ?? [];
  };
  const messages = [...(await receive(batchSize, WAIT_SECONDS))];
  const firstMs = clock.now();
  const untilMs = firstMs + windowSeconds * 1000;
  let bytes = bytesOf(messages);
  while (messages.length > 0 && messages.length < batchSize && bytes < BYTES_MAX && clock.now() < untilMs && !signal.aborted) {
    const more = await receive(batchSize - messages.length, (untilMs - clock.now()) / 1000);
    messages.push(...more);
    bytes += bytesOf(more);
  }
  return { messages, firstMs };
}

const bytesOf = (messages: readonly ReceivedMessage[]): number => messages.reduce((sum, { body }) => sum + body.length, 0);
