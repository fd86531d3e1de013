// ListSubscriptionsByTopic: a hundred at a time.
import { limits } from "../../../kernel/limits.ts";
import { writeToken } from "../../../kernel/page-token.ts";
import { placeOf, topicAt } from "../lookup.ts";
import type { Op } from "../op.ts";
import { view } from "../subscription-view.ts";

export const listSubscriptionsByTopic: Op<"ListSubscriptionsByTopic"> = async ({ TopicArn, NextToken }, context) => {
  const topic = await topicAt(context, TopicArn);
  const { subscriptions, next } = await context.topics.subscriptions.list(topic, placeOf(NextToken), limits.sns.pageMax);
  return { Subscriptions: subscriptions.map(view), ...(next === undefined ? {} : { NextToken: writeToken(next) }) };
};
