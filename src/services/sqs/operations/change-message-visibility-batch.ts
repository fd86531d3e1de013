// ChangeMessageVisibilityBatch: up to ten changes, each with its own result.
import { checkBatch, runBatch } from "../batches.ts";
import { queueAt } from "../lookup.ts";
import type { Op } from "../op.ts";
import { changeVisibility } from "../visibility.ts";

export const changeMessageVisibilityBatch: Op<"ChangeMessageVisibilityBatch"> = async ({ QueueUrl, Entries }, context) => {
  const queue = await queueAt(context, QueueUrl);
  return runBatch(checkBatch(Entries), async ({ Id, ReceiptHandle = "", VisibilityTimeout }) => {
    await changeVisibility(context, queue, ReceiptHandle, VisibilityTimeout);
    return { Id };
  });
};
