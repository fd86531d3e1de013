// RemovePermission: takes a statement out of the topic's policy by its label.
import { policyOf } from "../../../triggers/topics/policy.ts";
import { topicMissing } from "../faults.ts";
import { topicRefOf } from "../lookup.ts";
import type { Op } from "../op.ts";

export const removePermission: Op<"RemovePermission"> = async ({ TopicArn, Label }, { topics }) => {
  const changed = await topics.records.change(topicRefOf(TopicArn), (topic) => {
    const document = policyOf(topic);
    return { settings: { ...topic.settings, policy: JSON.stringify({ ...document, Statement: document.Statement.filter(({ Sid }) => Sid !== Label) }) } };
  });
  if (!changed) throw topicMissing();
  return {};
};
