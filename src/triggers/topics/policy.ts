// A topic's policy: the one it was given, or the one that every topic begins with.
import type { TopicRecord } from "./topics.ts";

type Statement = Readonly<Record<string, unknown>>;

export interface PolicyDocument {
  readonly Statement: readonly Statement[];
  readonly [member: string]: unknown;
}

const OWNERS = ["GetTopicAttributes", "SetTopicAttributes", "AddPermission", "RemovePermission", "DeleteTopic", "Subscribe", "ListSubscriptionsByTopic", "Publish"].map((action) => `SNS:${action}`);

/** What a topic has without a policy of its own: its account may do everything, and nobody else anything. */
const defaultPolicy = ({ arn, account }: Pick<TopicRecord, "arn" | "account">): PolicyDocument => ({
  Version: "2008-10-17",
  Id: "__default_policy_ID",
  Statement: [{ Sid: "__default_statement_ID", Effect: "Allow", Principal: { AWS: "*" }, Action: OWNERS, Resource: arn, Condition: { StringEquals: { "AWS:SourceOwner": account } } }],
});

export const policyOf = (topic: TopicRecord): PolicyDocument => readPolicy(topic.settings.policy ?? "") ?? defaultPolicy(topic);

export const statementsOf = (topic: TopicRecord): readonly Statement[] => policyOf(topic).Statement;

/** Undefined for what is no policy. */
export function readPolicy(text: string): PolicyDocument | undefined {
  try {
    const document: unknown = JSON.parse(text);
    if (typeof document !== "object" || document === null || !("Statement" in document)) return undefined;
    const { Statement } = document;
    const statements: readonly unknown[] = Array.isArray(Statement) ? Statement : [Statement];
    return statements.length > 0 && statements.every(isStatement) ? { ...document, Statement: statements } : undefined;
  } catch {
    return undefined;
  }
}

const isStatement = (value: unknown): value is Statement =>
  typeof value === "object" && value !== null && "Effect" in value && (value.Effect === "Allow" || value.Effect === "Deny") && ("Action" in value || "NotAction" in value) && ("Principal" in value || "NotPrincipal" in value);
