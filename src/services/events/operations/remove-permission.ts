// RemovePermission: a statement of a bus's policy, or all of it.
import { busMissing, invalid, notFound } from "../faults.ts";
import { busAt } from "../lookup.ts";
import type { Op } from "../op.ts";

export const removePermission: Op<"RemovePermission"> = async ({ StatementId, RemoveAllPermissions, EventBusName }, context) => {
  const { account, region, name } = await busAt(context, EventBusName);
  if (!RemoveAllPermissions && StatementId === undefined) throw invalid("Parameter(s) StatementId must be specified.");
  const changed = await context.buses.records.change({ account, region, name }, ({ policy }) => {
    if (!policy) {
      if (RemoveAllPermissions) return {};
      throw notFound("EventBus does not have a policy.");
    }
    const rest = RemoveAllPermissions ? [] : policy.Statement.filter(({ Sid }) => Sid !== StatementId);
    if (rest.length === policy.Statement.length) throw notFound("Statement with the provided id does not exist.");
    return { policy: rest.length === 0 ? undefined : { ...policy, Statement: rest } };
  });
  if (!changed) throw busMissing(name);
  return {};
};
