// AddPermission: one more statement in the queue's policy, under a label.
import { addStatement } from "../policy.ts";
import { changeQueue } from "../lookup.ts";
import type { Op } from "../op.ts";

export const addPermission: Op<"AddPermission"> = async ({ QueueUrl, Label = "", AWSAccountIds = [], Actions = [] }, context) => {
  await changeQueue(context, QueueUrl, (queue) => ({ settings: { ...queue.settings, policy: addStatement(queue, Label, AWSAccountIds, Actions) } }));
  return {};
};
