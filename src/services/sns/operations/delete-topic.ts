// DeleteTopic: with its subscriptions; what is not there is deleted already.
import { topicRefOf } from "../lookup.ts";
import type { Op } from "../op.ts";

export const deleteTopic: Op<"DeleteTopic"> = async ({ TopicArn }, { topics }) => {
  await topics.records.remove(topicRefOf(TopicArn));
  return {};
};
