// DisableRule.
import { ruleMissing } from "../faults.ts";
import { busAt } from "../lookup.ts";
import type { Op } from "../op.ts";

export const disableRule: Op<"DisableRule"> = async ({ Name = "", EventBusName }, context) => {
  const bus = await busAt(context, EventBusName);
  if (!(await context.buses.rules.change(bus, Name, () => ({ enabled: false })))) throw ruleMissing(Name, bus.name);
  return {};
};
