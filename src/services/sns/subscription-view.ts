// A subscription as lists show it.
import type { Subscription } from "../../triggers/topics/topics.ts";

export const view = ({ arn, owner, protocol, endpoint, topicArn }: Subscription) => ({ SubscriptionArn: arn, Owner: owner, Protocol: protocol, Endpoint: endpoint, TopicArn: topicArn });
