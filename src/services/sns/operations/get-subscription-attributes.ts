// GetSubscriptionAttributes.
import { subscriptionAt } from "../lookup.ts";
import type { Op } from "../op.ts";
import { showAttributes } from "../subscription-attributes.ts";

export const getSubscriptionAttributes: Op<"GetSubscriptionAttributes"> = async ({ SubscriptionArn }, context) => ({ Attributes: showAttributes(await subscriptionAt(context, SubscriptionArn)) });
