// SetQueueAttributes: changes settings; every one of them acts from the next request on.
import { type Attributes, changedSettings } from "../attributes.ts";
import { changeQueue, queueAt } from "../lookup.ts";
import type { Op } from "../op.ts";
import { checkTarget } from "../redrive.ts";

export const setQueueAttributes: Op<"SetQueueAttributes"> = async ({ QueueUrl, Attributes = {} }, context) => {
  const attributes = Attributes as Attributes;
  const queue = await queueAt(context, QueueUrl);
  if (attributes["RedrivePolicy"] !== undefined) await checkTarget(context, queue, changedSettings(queue.settings, attributes));
  await changeQueue(context, QueueUrl, ({ settings }) => ({ settings: changedSettings(settings, attributes) }));
  return {};
};
