// Publish: to every subscriber of a topic, durably, before the answer.
import { missingValue, notYet } from "../faults.ts";
import { topicAt } from "../lookup.ts";
import type { Op } from "../op.ts";
import { readPublication } from "../publication.ts";

export const publish: Op<"Publish"> = async (input, context) => {
  const { TopicArn, TargetArn, PhoneNumber } = input;
  if (PhoneNumber) throw notYet("Publishing to a PhoneNumber");
  const arn = TopicArn ?? TargetArn;
  if (!arn) throw missingValue("TopicArn or TargetArn");
  const publication = readPublication(input, context.headers["x-amzn-trace-id"]);
  const topic = await topicAt(context, arn, TopicArn ? "TopicArn" : "TargetArn");
  const [MessageId] = await context.topics.publish(topic, [publication]);
  return { MessageId };
};
