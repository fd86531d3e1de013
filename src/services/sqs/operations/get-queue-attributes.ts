// GetQueueAttributes: those that are asked for, with counts as they are now.
import { isAttribute, showAttributes } from "../attributes.ts";
import { unknownAttribute } from "../faults.ts";
import { queueAt } from "../lookup.ts";
import type { Op } from "../op.ts";

export const getQueueAttributes: Op<"GetQueueAttributes"> = async ({ QueueUrl, AttributeNames = [] }, context) => {
  const queue = await queueAt(context, QueueUrl);
  for (const name of AttributeNames) if (!isAttribute(name)) throw unknownAttribute(name);
  const all = AttributeNames.includes("All");
  // Counting a long queue takes time: only when somebody wants to know.
  const counts = all || AttributeNames.some((name) => name.startsWith("Approximate")) ? await context.queues.counts(queue) : undefined;
  const shown = Object.entries(showAttributes(queue, counts)).filter(([name]) => all || AttributeNames.some((wanted) => wanted === name));
  return shown.length === 0 ? {} : { Attributes: Object.fromEntries(shown) };
};
