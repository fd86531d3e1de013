// A topic's attributes: those that act here are read and shown; the others are refused by name, never kept for show.
import { limits } from "../../kernel/limits.ts";
import { isComplete, readPolicy, type PolicyDocument } from "../../kernel/policy.ts";
import { policyOf } from "../../triggers/topics/policy.ts";
import type { TopicRecord, TopicSettings } from "../../triggers/topics/topics.ts";
import { invalid, notYet } from "./faults.ts";

export type Attributes = Readonly<Record<string, string | undefined>>;

/** Of the original, without a meaning here yet. */
const UNBUILT: ReadonlySet<string> = new Set([
  "DeliveryPolicy", "KmsMasterKeyId", "TracingConfig", "ArchivePolicy", "DataProtectionPolicy", "ContentBasedDeduplication", "FifoThroughputScope",
  ...["HTTP", "Firehose", "Lambda", "Application", "SQS"].flatMap((kind) => ["SuccessFeedbackRoleArn", "SuccessFeedbackSampleRate", "FailureFeedbackRoleArn"].map((setting) => `${kind}${setting}`)),
]);

export function changedSettings(settings: TopicSettings, attributes: Attributes): TopicSettings {
  return Object.assign({ ...settings }, ...Object.entries(attributes).map(([name, value = ""]) => read(name, value))) as TopicSettings;
}

function read(name: string, value: string): Partial<TopicSettings> {
  switch (name) {
    case "DisplayName":
      if (value.length > limits.sns.displayNameMax || /[\p{Cc}]/u.test(value)) throw invalid("DisplayName");
      return { displayName: value };
    case "Policy":
      if (!isWhole(readPolicy(value))) throw invalid("Policy Error: null");
      return { policy: value };
    case "SignatureVersion":
      if (value !== "1" && value !== "2") throw invalid(`SignatureVersion Reason: Invalid value ${value}`);
      return { signatureVersion: value };
    case "FifoTopic":
      if (value.toLowerCase() === "false") return {};
      throw notYet("A FIFO topic (FifoTopic)");
    default:
      // Empty takes back what was never there.
      if (UNBUILT.has(name) && value === "") return {};
      throw UNBUILT.has(name) ? notYet(`The topic attribute ${name}`) : invalid("AttributeName");
  }
}

const isWhole = (policy: PolicyDocument | undefined): boolean => policy !== undefined && policy.Statement.length > 0 && policy.Statement.every(isComplete);

/** How HTTP endpoints would be tried again; tools read it of every topic. */
const DELIVERY = JSON.stringify({
  http: {
    defaultHealthyRetryPolicy: { minDelayTarget: 20, maxDelayTarget: 20, numRetries: 3, numMaxDelayRetries: 0, numNoDelayRetries: 0, numMinDelayRetries: 0, backoffFunction: "linear" },
    disableSubscriptionOverrides: false, defaultRequestPolicy: { headerContentType: "text/plain; charset=UTF-8" },
  },
});

export function showAttributes(topic: TopicRecord, subscriptions: number): Record<string, string> {
  const { displayName = "", signatureVersion } = topic.settings;
  return {
    TopicArn: topic.arn,
    Owner: topic.account,
    DisplayName: displayName,
    Policy: topic.settings.policy ?? JSON.stringify(policyOf(topic)),
    SubscriptionsConfirmed: String(subscriptions),
    SubscriptionsPending: "0",
    SubscriptionsDeleted: "0",
    EffectiveDeliveryPolicy: DELIVERY,
    ...(signatureVersion === "1" ? {} : { SignatureVersion: signatureVersion }),
  };
}
