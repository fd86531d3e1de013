// GetFunctionConcurrency: the reserved concurrency; the original's answer for "none" is empty.
import { notFound } from "../faults.ts";
import { unqualifiedRefOf } from "../function-name.ts";
import type { Op } from "../op.ts";

export const getFunctionConcurrency: Op<"GetFunctionConcurrency"> = async ({ FunctionName }, context) => {
  const ref = unqualifiedRefOf(FunctionName, context);
  const record = await context.heart.registry.find(ref);
  if (!record) throw notFound(ref);
  return { ReservedConcurrentExecutions: record.concurrency.reserved };
};
