// DeleteMessageBatch: up to ten deletions, each with its own result.
import { checkBatch, runBatch } from "../batches.ts";
import { checkRemoved } from "../faults.ts";
import { queueAt } from "../lookup.ts";
import type { Op } from "../op.ts";

export const deleteMessageBatch: Op<"DeleteMessageBatch"> = async ({ QueueUrl, Entries }, context) => {
  const queue = await queueAt(context, QueueUrl);
  return runBatch(checkBatch(Entries), async ({ Id, ReceiptHandle = "" }) => {
    checkRemoved(await context.queues.remove(queue, ReceiptHandle), ReceiptHandle);
    return { Id };
  });
};
