// How a message lies in the engine: its facts as meta, its text as the body, its group as the engine's group.
import { uuid } from "../../kernel/ids.ts";
import type { Leased } from "../../ports/queue.ts";
import { enqueue, type Write } from "../../ports/store.ts";
import { writeHandle } from "./handles.ts";
import type { MessageFacts, OutgoingMessage, QueueRecord, ReceivedMessage } from "./queues.ts";
import { engineQueue } from "./records.ts";

/** The facts of a message that enters now. `dedupId` and `sequenceNumber` are a FIFO queue's. */
export function newFacts(message: OutgoingMessage, nowMs: number, fifo: Pick<MessageFacts, "dedupId" | "sequenceNumber"> = {}): MessageFacts {
  const { senderId, attributes, traceHeader, groupId } = message;
  return { messageId: uuid(), sentMs: Math.floor(nowMs), senderId, attributes, traceHeader, groupId, ...fifo };
}

/** Puts a message into a queue; a FIFO queue keeps the order of its group. */
export function enqueueWrite(queue: QueueRecord, facts: MessageFacts, body: Uint8Array, delaySeconds: number): Write {
  return enqueue(engineQueue(queue), facts, body, delaySeconds * 1000, queue.settings.fifo ? facts.groupId : undefined);
}

/** Everything stored here was written by `enqueueWrite`. */
export const factsOf = ({ meta }: Pick<Leased, "meta">): MessageFacts => meta as MessageFacts;

/** How often it was received and when first, the life in a source queue included. */
export function receivesOf(lease: Pick<Leased, "meta" | "attempt" | "firstLeasedAtMs">): { readonly receives: number; readonly firstReceivedMs: number } {
  const { earlier } = factsOf(lease);
  return { receives: (earlier?.receives ?? 0) + lease.attempt, firstReceivedMs: earlier?.firstReceivedMs ?? lease.firstLeasedAtMs };
}

export function received(lease: Leased, leasedMs: number): ReceivedMessage {
  const { buffer, byteOffset, byteLength } = lease.body;
  return { ...factsOf(lease), ...receivesOf(lease), handle: writeHandle(lease, Math.floor(leasedMs)), body: Buffer.from(buffer, byteOffset, byteLength).toString() };
}
