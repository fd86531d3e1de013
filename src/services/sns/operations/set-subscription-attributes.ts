// SetSubscriptionAttributes: one at a time.
import { subscriptionMissing } from "../faults.ts";
import { subscriptionAt, subscriptionRefOf } from "../lookup.ts";
import type { Op } from "../op.ts";
import { changedSettings } from "../subscription-attributes.ts";

export const setSubscriptionAttributes: Op<"SetSubscriptionAttributes"> = async ({ SubscriptionArn, AttributeName = "", AttributeValue = "" }, context) => {
  const { protocol, settings } = await subscriptionAt(context, SubscriptionArn);
  const { topic, id } = subscriptionRefOf(SubscriptionArn);
  const wanted = await changedSettings(context, protocol, settings, { [AttributeName]: AttributeValue });
  if (!(await context.topics.subscriptions.change(topic, id, () => wanted))) throw subscriptionMissing();
  return {};
};
