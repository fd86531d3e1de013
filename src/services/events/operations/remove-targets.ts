// RemoveTargets: those that are not there are told, the others go.
import { ruleMissing } from "../faults.ts";
import { busAt } from "../lookup.ts";
import type { Op } from "../op.ts";

export const removeTargets: Op<"RemoveTargets"> = async ({ Rule = "", EventBusName, Ids = [] }, context) => {
  const bus = await busAt(context, EventBusName);
  let unknown: readonly string[] = [];
  const rule = await context.buses.rules.change(bus, Rule, ({ targets }) => {
    unknown = Ids.filter((id) => !targets.some((target) => target.id === id));
    return { targets: targets.filter(({ id }) => !Ids.includes(id)) };
  });
  if (!rule) throw ruleMissing(Rule, bus.name);
  return {
    FailedEntryCount: unknown.length,
    FailedEntries: unknown.map((id) => ({ TargetId: id, ErrorCode: "ResourceNotFoundException", ErrorMessage: `Rule ${Rule} does not have a target with the Id ${id}.` })),
  };
};
