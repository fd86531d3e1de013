// DecreaseStreamRetentionPeriod: what is older than the new period is gone with the answer.
import type { Op } from "../op.ts";
import { changeRetention } from "../retention.ts";

export const decreaseStreamRetentionPeriod: Op<"DecreaseStreamRetentionPeriod"> = async (input, context) => {
  await changeRetention(input, input.RetentionPeriodHours ?? 0, "Decrease", context);
  return {};
};
