// ListRules: of a bus, by name.
import { busAt, pageOf } from "../lookup.ts";
import type { Op } from "../op.ts";
import { showRule } from "../views.ts";

export const listRules: Op<"ListRules"> = async ({ NamePrefix = "", EventBusName, NextToken, Limit }, context) => {
  const all = (await context.buses.rules.list(await busAt(context, EventBusName))).filter(({ name }) => name.startsWith(NamePrefix));
  const { page, next } = pageOf(all, ({ name }) => name, NextToken, Limit);
  return { Rules: page.map(showRule), ...next };
};
