// ListSubscriptions: of all topics of the account and region, a hundred at a time.
import { limits } from "../../../kernel/limits.ts";
import { writeToken } from "../../../kernel/page-token.ts";
import { placeOf } from "../lookup.ts";
import type { Op } from "../op.ts";
import { view } from "../subscription-view.ts";

export const listSubscriptions: Op<"ListSubscriptions"> = async ({ NextToken }, { topics, account, region }) => {
  const { subscriptions, next } = await topics.subscriptions.list({ account, region }, placeOf(NextToken), limits.sns.pageMax);
  return { Subscriptions: subscriptions.map(view), ...(next === undefined ? {} : { NextToken: writeToken(next) }) };
};
