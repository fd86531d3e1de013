// DeleteRule: its targets have to be removed before. It is no error when there is none.
import { invalid } from "../faults.ts";
import { busAt } from "../lookup.ts";
import type { Op } from "../op.ts";

export const deleteRule: Op<"DeleteRule"> = async ({ Name = "", EventBusName, Force = false }, context) => {
  if ((await context.buses.rules.remove(await busAt(context, EventBusName), Name, Force)) === "has-targets") throw invalid("Rule can't be deleted since it has targets.");
  return {};
};
