// ListEventBuses: by name.
import { pageOf } from "../lookup.ts";
import type { Op } from "../op.ts";
import { showBus } from "../views.ts";

export const listEventBuses: Op<"ListEventBuses"> = async ({ NamePrefix = "", NextToken, Limit }, { account, region, buses }) => {
  const all = (await buses.records.list({ account, region })).filter(({ name }) => name.startsWith(NamePrefix));
  const { page, next } = pageOf(all, ({ name }) => name, NextToken, Limit);
  return { EventBuses: page.map(showBus), ...next };
};
