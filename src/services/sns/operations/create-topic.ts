// CreateTopic: a new topic, or the one that is there when it is as asked for.
import { limits } from "../../../kernel/limits.ts";
import type { TopicRecord } from "../../../triggers/topics/topics.ts";
import { invalid, missingValue, notYet } from "../faults.ts";
import type { Op } from "../op.ts";
import { mergeTags, readTags } from "../tags.ts";
import { type Attributes, changedSettings, showAttributes } from "../topic-attributes.ts";

export const createTopic: Op<"CreateTopic"> = async ({ Name: name, Attributes: given = {}, Tags, DataProtectionPolicy }, { account, region, topics }) => {
  const attributes = given as Attributes;
  if (name === undefined || name === "") throw missingValue("Name");
  if (DataProtectionPolicy) throw notYet("DataProtectionPolicy");
  if (name.endsWith(".fifo") && attributes["FifoTopic"]?.toLowerCase() !== "true") throw invalid("Topic Name");
  const settings = changedSettings({ signatureVersion: "1" }, attributes);
  if (!new RegExp(`^[\\w-]{1,${limits.sns.nameMax}}$`).test(name)) throw invalid("Topic Name");
  const tags = mergeTags({}, readTags(Tags));
  const { created, topic } = await topics.records.create({ account, region, name }, settings, tags);
  if (!created) requireSame(topic, attributes, tags);
  return { TopicArn: topic.arn };
};

function requireSame(topic: TopicRecord, attributes: Attributes, tags: TopicRecord["tags"]): void {
  const there = showAttributes(topic, 0);
  const asked = showAttributes({ ...topic, settings: changedSettings(topic.settings, attributes) }, 0);
  if (Object.keys(attributes).some((name) => there[name] !== asked[name])) throw invalid("Attributes Reason: Topic already exists with different attributes");
  if (Object.entries(tags).some(([key, value]) => topic.tags[key] !== value)) throw invalid("Tags Reason: Topic already exists with different tags");
}
