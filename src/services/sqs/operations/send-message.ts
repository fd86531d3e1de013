// SendMessage: durable when it is answered.
import { missingParameter } from "../faults.ts";
import { queueAt } from "../lookup.ts";
import { readMessage, requireFifoIds, systemDigest } from "../message-input.ts";
import type { Op } from "../op.ts";
import { sendResult } from "../send-result.ts";

export const sendMessage: Op<"SendMessage"> = async ({ QueueUrl, ...entry }, context) => {
  const queue = await queueAt(context, QueueUrl);
  const message = readMessage(queue, entry, context);
  requireFifoIds(queue, entry, missingParameter);
  const [sent = { messageId: "" }] = await context.queues.send(queue, [message]);
  return sendResult(message, sent, systemDigest(entry));
};
