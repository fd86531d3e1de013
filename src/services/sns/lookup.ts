// Finds what an ARN means, or answers as the original does when it means nothing.
import { readToken } from "../../kernel/page-token.ts";
import { topicOfArn, type Subscription, type TopicRecord, type TopicRef } from "../../triggers/topics/topics.ts";
import { invalid, missingValue, subscriptionMissing, topicMissing } from "./faults.ts";
import type { SnsContext } from "./op.ts";

/** `parameter`: the name under which the request gave it. */
export function topicRefOf(arn: string | undefined, parameter = "TopicArn"): TopicRef {
  checkArn(arn, parameter);
  const ref = topicOfArn(arn);
  if (!ref) throw invalid(parameter);
  return ref;
}

export async function topicAt(context: SnsContext, arn: string | undefined, parameter?: string): Promise<TopicRecord> {
  const topic = await context.topics.records.find(topicRefOf(arn, parameter));
  if (!topic) throw topicMissing();
  return topic;
}

export interface SubscriptionRef {
  readonly topic: TopicRef;
  readonly id: string;
}

export function subscriptionRefOf(arn: string | undefined): SubscriptionRef {
  checkArn(arn, "SubscriptionArn");
  const [, topicArn = "", id = ""] = /^(arn:.+):([0-9a-f-]{36})$/.exec(arn) ?? [];
  const topic = topicOfArn(topicArn);
  if (!topic) throw invalid("SubscriptionId");
  return { topic, id };
}

export async function subscriptionAt(context: SnsContext, arn: string | undefined): Promise<Subscription> {
  const { topic, id } = subscriptionRefOf(arn);
  const subscription = await context.topics.subscriptions.find(topic, id);
  if (!subscription) throw subscriptionMissing();
  return subscription;
}

function checkArn(arn: string | undefined, parameter: string): asserts arn is string {
  if (arn === undefined || arn === "") throw missingValue(parameter);
  const elements = arn.split(":").length;
  if (elements < 6) throw invalid(`${parameter} Reason: An ARN must have at least 6 elements, not ${elements}`);
}

/** The place that a list is to go on after; undefined for its beginning. */
export function placeOf(token: string | undefined): string | undefined {
  if (token === undefined) return undefined;
  const place = readToken(token);
  if (!place) throw invalid("NextToken");
  return place;
}
