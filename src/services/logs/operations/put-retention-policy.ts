// PutRetentionPolicy: events older than so many days are no longer read and are removed.
import { groupMissing, invalidParameter } from "../lookup.ts";
import type { Op } from "../op.ts";

/** AWS: the values the original accepts. */
const DAYS = [1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653];

export const putRetentionPolicy: Op<"PutRetentionPolicy"> = async ({ logGroupName = "", retentionInDays = 0 }, context) => {
  if (!DAYS.includes(retentionInDays)) {
    throw invalidParameter(`1 validation error detected: Value '${retentionInDays}' at 'retentionInDays' failed to satisfy constraint: Member must satisfy enum value set: [${DAYS.join(", ")}]`);
  }
  if (!(await context.logs.groups.update(context, logGroupName, ({ tags }) => ({ tags, retentionDays: retentionInDays })))) throw groupMissing();
  return {};
};
