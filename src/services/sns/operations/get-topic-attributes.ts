// GetTopicAttributes.
import { topicAt } from "../lookup.ts";
import type { Op } from "../op.ts";
import { showAttributes } from "../topic-attributes.ts";

export const getTopicAttributes: Op<"GetTopicAttributes"> = async ({ TopicArn }, context) => {
  const topic = await topicAt(context, TopicArn);
  return { Attributes: showAttributes(topic, await context.topics.subscriptions.count(topic)) };
};
