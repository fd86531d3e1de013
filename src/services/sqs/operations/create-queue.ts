// CreateQueue: a new queue, or the one that is there when its attributes are those asked for.
import { fault } from "../../../kernel/fault.ts";
import { partitionOf } from "../../../kernel/arn.ts";
import { type Attributes, changedSettings, newSettings, showAttributes } from "../attributes.ts";
import { invalidParameter } from "../faults.ts";
import { queueUrl } from "../lookup.ts";
import type { Op } from "../op.ts";
import { checkTarget } from "../redrive.ts";
import { mergeTags } from "../tags.ts";
import type { QueueRecord } from "../../../triggers/queues/queues.ts";

export const createQueue: Op<"CreateQueue"> = async ({ QueueName: name = "", Attributes = {}, tags = {} }, context) => {
  const attributes = Attributes as Attributes;
  const isFifo = kindOf(name, attributes);
  const { account, region } = context;
  const ref = { account, region, name };
  const settings = newSettings(attributes, isFifo);
  await checkTarget(context, { ...ref, arn: `arn:${partitionOf(region)}:sqs:${region}:${account}:${name}` }, settings);
  const made = await context.queues.records.create(ref, settings, mergeTags({}, tags));
  if (made === "recent") throw fault("QueueDeletedRecently", { message: "You must wait 60 seconds after deleting a queue before you can create another with the same name." });
  if (!made.created) requireSame(made.queue, attributes);
  return { QueueUrl: queueUrl(context, ref) };
};

/** Whether it is to be a FIFO queue; throws when name and attribute disagree. */
function kindOf(name: string, { FifoQueue }: Attributes): boolean {
  const isFifo = FifoQueue?.toLowerCase() === "true";
  if (FifoQueue !== undefined && !isFifo) throw fault("InvalidAttributeName", { message: "Unknown Attribute FifoQueue." });
  if (isFifo && !/^[\w-]{1,75}\.fifo$/.test(name))
    throw invalidParameter("The name of a FIFO queue can only include alphanumeric characters, hyphens, or underscores, must end with .fifo suffix and be 1 to 80 in length");
  if (!isFifo && !/^[\w-]{1,80}$/.test(name)) throw invalidParameter("Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length");
  return isFifo;
}

function requireSame(queue: QueueRecord, attributes: Attributes): void {
  const there = showAttributes(queue);
  const asked = showAttributes({ ...queue, settings: changedSettings(queue.settings, attributes) });
  const different = Object.keys(attributes).find((attribute) => there[attribute] !== asked[attribute]);
  if (different !== undefined) throw fault("QueueNameExists", { message: `A queue already exists with the same name and a different value for attribute ${different}` });
}
