// IncreaseStreamRetentionPeriod: records stay longer, up to a year.
import type { Op } from "../op.ts";
import { changeRetention } from "../retention.ts";

export const increaseStreamRetentionPeriod: Op<"IncreaseStreamRetentionPeriod"> = async (input, context) => {
  await changeRetention(input, input.RetentionPeriodHours ?? 0, "Increase", context);
  return {};
};
