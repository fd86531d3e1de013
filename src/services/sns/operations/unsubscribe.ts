// Unsubscribe: what is not there has ended already.
import { subscriptionRefOf } from "../lookup.ts";
import type { Op } from "../op.ts";

export const unsubscribe: Op<"Unsubscribe"> = async ({ SubscriptionArn }, { topics }) => {
  const { topic, id } = subscriptionRefOf(SubscriptionArn);
  await topics.subscriptions.remove(topic, id);
  return {};
};
