// ChangeMessageVisibility: hides a received message for longer, or shows it again.
import { queueAt } from "../lookup.ts";
import type { Op } from "../op.ts";
import { changeVisibility } from "../visibility.ts";

export const changeMessageVisibility: Op<"ChangeMessageVisibility"> = async ({ QueueUrl, ReceiptHandle = "", VisibilityTimeout }, context) => {
  await changeVisibility(context, await queueAt(context, QueueUrl), ReceiptHandle, VisibilityTimeout);
  return {};
};
