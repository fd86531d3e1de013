// DeleteQueue: the queue and its messages are gone at once.
import { queueMissing } from "../faults.ts";
import { refOfUrl } from "../lookup.ts";
import type { Op } from "../op.ts";

export const deleteQueue: Op<"DeleteQueue"> = async ({ QueueUrl = "" }, context) => {
  if (!(await context.queues.records.remove(refOfUrl(QueueUrl, context)))) throw queueMissing(context);
  return {};
};
