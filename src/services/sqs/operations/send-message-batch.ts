// SendMessageBatch: up to ten messages in one commit; a wrong entry fails for itself.
import { Fault, fault } from "../../../kernel/fault.ts";
import { limits } from "../../../kernel/limits.ts";
import type { OutgoingMessage } from "../../../triggers/queues/queues.ts";
import { batchResult, checkBatch, failedEntry } from "../batches.ts";
import { invalidParameter } from "../faults.ts";
import { queueAt } from "../lookup.ts";
import { entryBytes, readMessage, requireFifoIds, systemDigest } from "../message-input.ts";
import type { Input, Op } from "../op.ts";
import { sendResult } from "../send-result.ts";

type Entry = NonNullable<Input<"SendMessageBatch">["Entries"]>[number];

export const sendMessageBatch: Op<"SendMessageBatch"> = async ({ QueueUrl, Entries }, context) => {
  const queue = await queueAt(context, QueueUrl);
  const entries = checkBatch(Entries);
  for (const entry of entries) requireFifoIds(queue, entry, (name) => invalidParameter(`The request must contain the parameter ${name}.`));
  const bytes = entries.reduce((sum, entry) => sum + entryBytes(entry), 0);
  const { messageBytesMax } = limits.sqs;
  if (bytes > messageBytesMax) throw fault("BatchRequestTooLong", { message: `Batch requests cannot be longer than ${messageBytesMax} bytes. You have sent ${bytes} bytes.` });

  const good: { readonly entry: Entry; readonly message: OutgoingMessage }[] = [];
  const failed: ReturnType<typeof failedEntry>[] = [];
  for (const entry of entries) {
    try {
      good.push({ entry, message: readMessage(queue, entry, context) });
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      failed.push(failedEntry(entry.Id ?? "", error));
    }
  }
  const sent = await context.queues.send(queue, good.map(({ message }) => message));
  const results = good.map(({ entry, message }, index) => sendResult(message, sent[index] ?? { messageId: "" }, systemDigest(entry), entry.Id));
  return batchResult(results, failed);
};
