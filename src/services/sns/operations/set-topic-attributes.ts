// SetTopicAttributes: one at a time.
import { topicMissing } from "../faults.ts";
import { topicRefOf } from "../lookup.ts";
import type { Op } from "../op.ts";
import { changedSettings } from "../topic-attributes.ts";

export const setTopicAttributes: Op<"SetTopicAttributes"> = async ({ TopicArn, AttributeName = "", AttributeValue = "" }, { topics }) => {
  const changed = await topics.records.change(topicRefOf(TopicArn), ({ settings }) => ({ settings: changedSettings(settings, { [AttributeName]: AttributeValue }) }));
  if (!changed) throw topicMissing();
  return {};
};
