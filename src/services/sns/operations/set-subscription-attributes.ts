// SetSubscriptionAttributes: one at a time.
import { subscriptionMissing } from "../faults.ts";
import { subscriptionRefOf } from "../lookup.ts";
import type { Op } from "../op.ts";
import { changedSettings } from "../subscription-attributes.ts";

export const setSubscriptionAttributes: Op<"SetSubscriptionAttributes"> = async ({ SubscriptionArn, AttributeName = "", AttributeValue = "" }, context) => {
  const { topic, id } = subscriptionRefOf(SubscriptionArn);
  const changed = await context.topics.subscriptions.change(topic, id, ({ protocol, settings }) => changedSettings(context, protocol, settings, { [AttributeName]: AttributeValue }));
  if (!changed) throw subscriptionMissing();
  return {};
};
