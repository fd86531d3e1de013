// PutTargets: adds targets to a rule, or replaces those with the same ids.
import { invalid, ruleMissing, tooMany } from "../faults.ts";
import { busAt } from "../lookup.ts";
import type { Op } from "../op.ts";
import { fitsRule, mergeTargets, readTarget } from "../targets.ts";

export const putTargets: Op<"PutTargets"> = async ({ Rule = "", EventBusName, Targets = [] }, context) => {
  const bus = await busAt(context, EventBusName);
  const targets = Targets.map(readTarget);
  if (new Set(targets.map(({ id }) => id)).size !== targets.length) throw invalid("Duplicated target ids are not allowed.");
  const rule = await context.buses.rules.change(bus, Rule, ({ targets: there }) => {
    const merged = mergeTargets(there, targets);
    if (!fitsRule(merged)) throw tooMany();
    return { targets: merged };
  });
  if (!rule) throw ruleMissing(Rule, bus.name);
  return { FailedEntryCount: 0, FailedEntries: [] };
};
