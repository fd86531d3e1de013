// AddPermission: one more statement in the topic's policy, under a label.
import { accountStatement } from "../../../kernel/policy.ts";
import { policyOf } from "../../../triggers/topics/policy.ts";
import { invalid, topicMissing } from "../faults.ts";
import { topicRefOf } from "../lookup.ts";
import type { Op } from "../op.ts";

/** AWS: actions that a permission can be about. */
const ACTIONS: ReadonlySet<string> = new Set(["Publish", "Subscribe", "GetTopicAttributes", "SetTopicAttributes", "AddPermission", "RemovePermission", "DeleteTopic", "ListSubscriptionsByTopic", "Receive", "*"]);

export const addPermission: Op<"AddPermission"> = async ({ TopicArn, Label = "", AWSAccountId: accounts = [], ActionName: actions = [] }, { topics }) => {
  if (!/^[\w-]{1,80}$/.test(Label)) throw invalid("Label");
  if (accounts.length === 0 || accounts.some((account) => !/^\d{12}$/.test(account))) throw invalid("AWSAccountId");
  if (actions.length === 0 || actions.some((action) => !ACTIONS.has(action))) throw invalid("Policy statement action out of service scope!");
  const changed = await topics.records.change(topicRefOf(TopicArn), (topic) => {
    const document = policyOf(topic);
    if (document.Statement.some(({ Sid }) => Sid === Label)) throw invalid("Statement already exists");
    const statement = accountStatement(Label, accounts, actions.map((action) => `SNS:${action}`), topic);
    return { settings: { ...topic.settings, policy: JSON.stringify({ ...document, Statement: [...document.Statement, statement] }) } };
  });
  if (!changed) throw topicMissing();
  return {};
};
