// DescribeRule.
import { ruleAt } from "../lookup.ts";
import type { Op } from "../op.ts";
import { showRule } from "../views.ts";

export const describeRule: Op<"DescribeRule"> = async ({ Name, EventBusName }, context) => {
  const rule = await ruleAt(context, EventBusName, Name);
  return { ...showRule(rule), CreatedBy: rule.createdBy };
};
