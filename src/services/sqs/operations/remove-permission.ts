// RemovePermission: takes the statement with a label out of the queue's policy.
import { removeStatement } from "../policy.ts";
import { changeQueue } from "../lookup.ts";
import type { Op } from "../op.ts";

export const removePermission: Op<"RemovePermission"> = async ({ QueueUrl, Label = "" }, context) => {
  await changeQueue(context, QueueUrl, (queue) => {
    const { policy: _old, ...settings } = queue.settings;
    const policy = removeStatement(queue, Label);
    return { settings: policy === undefined ? settings : { ...settings, policy } };
  });
  return {};
};
