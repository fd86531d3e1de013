// Subscribe: queues and functions, which need no confirmation.
import { functionRefIn } from "../../../kernel/arn.ts";
import { queueOfArn } from "../../../triggers/queues/queues.ts";
import type { SubscriptionProtocol } from "../../../triggers/topics/topics.ts";
import { invalid, missingValue, notYet, topicMissing } from "../faults.ts";
import { topicRefOf } from "../lookup.ts";
import type { Op, SnsContext } from "../op.ts";
import { changedSettings, plainSettings, showAttributes } from "../subscription-attributes.ts";
import type { Attributes } from "../topic-attributes.ts";

/** Protocols of the original that nobody here speaks yet. */
const UNBUILT: ReadonlySet<string> = new Set(["http", "https", "email", "email-json", "sms", "application", "firehose"]);

export const subscribe: Op<"Subscribe"> = async ({ TopicArn, Protocol, Endpoint, Attributes: given = {} }, context) => {
  const ref = topicRefOf(TopicArn);
  const protocol = protocolOf(Protocol);
  const endpoint = await endpointOf(context, protocol, Endpoint);
  const settings = await changedSettings(context, protocol, plainSettings, given as Attributes);
  const made = await context.topics.subscriptions.create(ref, { owner: context.account, protocol, endpoint, settings });
  if (!made) throw topicMissing();
  const { created, subscription } = made;
  if (!created) {
    const [there, asked] = [showAttributes(subscription), showAttributes({ ...subscription, settings })];
    if (Object.keys(given).some((name) => there[name] !== asked[name])) throw invalid("Attributes Reason: Subscription already exists with different attributes");
  }
  return { SubscriptionArn: subscription.arn };
};

function protocolOf(protocol: string | undefined): SubscriptionProtocol {
  if (protocol === undefined || protocol === "") throw missingValue("Protocol");
  if (protocol === "sqs" || protocol === "lambda") return protocol;
  if (UNBUILT.has(protocol)) throw notYet(`The protocol ${protocol} of subscriptions`);
  throw invalid(`Amazon SNS does not support this protocol string: ${protocol}`);
}

async function endpointOf({ heart }: SnsContext, protocol: SubscriptionProtocol, endpoint: string | undefined): Promise<string> {
  if (endpoint === undefined || endpoint === "") throw missingValue("Endpoint");
  if (protocol === "sqs") {
    const ref = queueOfArn(endpoint);
    if (!ref) throw invalid("SQS endpoint ARN");
    if (ref.name.endsWith(".fifo")) throw invalid("Invalid parameter: Endpoint Reason: FIFO SQS Queues can not be subscribed to standard SNS topics");
    // The queue may come later: nothing is delivered until it is there and lets the topic in.
    return endpoint;
  }
  const ref = functionRefIn(endpoint);
  if (!ref || !endpoint.startsWith("arn:")) throw invalid("Lambda endpoint ARN");
  await heart.versionOf(ref).catch(() => {
    throw invalid(`Lambda endpoint ARN: the function ${endpoint} does not exist`);
  });
  return endpoint;
}
