// DeleteLogGroup: the group, its streams and their events are gone at once.
import { groupMissing } from "../lookup.ts";
import type { Op } from "../op.ts";

export const deleteLogGroup: Op<"DeleteLogGroup"> = async ({ logGroupName = "" }, context) => {
  if (!(await context.logs.groups.remove(context, logGroupName))) throw groupMissing();
  return {};
};
