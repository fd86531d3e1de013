// PurgeQueue: removes all messages; once a minute per queue.
import { fault } from "../../../kernel/fault.ts";
import { limits } from "../../../kernel/limits.ts";
import { changeQueue } from "../lookup.ts";
import type { Op } from "../op.ts";

export const purgeQueue: Op<"PurgeQueue"> = async ({ QueueUrl }, context) => {
  const { purgeEverySeconds } = limits.sqs;
  const now = context.clock.now();
  const queue = await changeQueue(context, QueueUrl, ({ name, purgedMs }) => {
    if (purgedMs !== undefined && now < purgedMs + purgeEverySeconds * 1000)
      throw fault("PurgeQueueInProgress", { message: `Only one PurgeQueue operation on ${name} is allowed every ${purgeEverySeconds} seconds.` });
    return { purgedMs: now };
  });
  await context.queues.purge(queue);
  return {};
};
