// ListTargetsByRule.
import { pageOf, ruleAt } from "../lookup.ts";
import type { Op } from "../op.ts";
import { showTarget } from "../targets.ts";

export const listTargetsByRule: Op<"ListTargetsByRule"> = async ({ Rule, EventBusName, NextToken, Limit }, context) => {
  const { targets } = await ruleAt(context, EventBusName, Rule);
  const { page, next } = pageOf(targets.toSorted((a, b) => (a.id < b.id ? -1 : 1)), ({ id }) => id, NextToken, Limit);
  return { Targets: page.map(showTarget), ...next };
};
