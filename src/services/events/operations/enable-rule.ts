// EnableRule.
import { ruleMissing } from "../faults.ts";
import { busAt } from "../lookup.ts";
import type { Op } from "../op.ts";

export const enableRule: Op<"EnableRule"> = async ({ Name = "", EventBusName }, context) => {
  const bus = await busAt(context, EventBusName);
  if (!(await context.buses.rules.change(bus, Name, () => ({ enabled: true })))) throw ruleMissing(Name, bus.name);
  return {};
};
