// DeleteRetentionPolicy: events never expire again.
import { groupMissing } from "../lookup.ts";
import type { Op } from "../op.ts";

export const deleteRetentionPolicy: Op<"DeleteRetentionPolicy"> = async ({ logGroupName = "" }, context) => {
  if (!(await context.logs.groups.update(context, logGroupName, ({ tags }) => ({ tags, retentionDays: undefined })))) throw groupMissing();
  return {};
};
