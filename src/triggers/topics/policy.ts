// A topic's policy: the one it was given, or the one that every topic begins with.
import { readPolicy, type PolicyDocument } from "../../kernel/policy.ts";
import type { TopicRecord } from "./topics.ts";

const OWNERS = ["GetTopicAttributes", "SetTopicAttributes", "AddPermission", "RemovePermission", "DeleteTopic", "Subscribe", "ListSubscriptionsByTopic", "Publish"].map((action) => `SNS:${action}`);

/** What a topic has without a policy of its own: its account may do everything, and nobody else anything. */
const defaultPolicy = ({ arn, account }: Pick<TopicRecord, "arn" | "account">): PolicyDocument => ({
  Version: "2008-10-17",
  Id: "__default_policy_ID",
  Statement: [{ Sid: "__default_statement_ID", Effect: "Allow", Principal: { AWS: "*" }, Action: OWNERS, Resource: arn, Condition: { StringEquals: { "AWS:SourceOwner": account } } }],
});

export const policyOf = (topic: TopicRecord): PolicyDocument => readPolicy(topic.settings.policy ?? "") ?? defaultPolicy(topic);
