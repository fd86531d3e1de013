// DeleteMessage: gone durably when it is answered.
import { checkRemoved } from "../faults.ts";
import { queueAt } from "../lookup.ts";
import type { Op } from "../op.ts";

export const deleteMessage: Op<"DeleteMessage"> = async ({ QueueUrl, ReceiptHandle = "" }, context) => {
  const queue = await queueAt(context, QueueUrl);
  checkRemoved(await context.queues.remove(queue, ReceiptHandle), ReceiptHandle);
  return {};
};
