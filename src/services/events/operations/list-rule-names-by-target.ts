// ListRuleNamesByTarget.
import { busAt, pageOf } from "../lookup.ts";
import type { Op } from "../op.ts";

export const listRuleNamesByTarget: Op<"ListRuleNamesByTarget"> = async ({ TargetArn, EventBusName, NextToken, Limit }, context) => {
  const all = (await context.buses.rules.list(await busAt(context, EventBusName))).filter(({ targets }) => targets.some(({ arn }) => arn === TargetArn));
  const { page, next } = pageOf(all, ({ name }) => name, NextToken, Limit);
  return { RuleNames: page.map(({ name }) => name), ...next };
};
