// GetFunctionConcurrency: the reserved concurrency, of which there is none to set yet; the original's answer for "none" is empty.
import { notFound } from "../faults.ts";
import { unqualifiedRefOf } from "../function-name.ts";
import type { Op } from "../op.ts";

export const getFunctionConcurrency: Op<"GetFunctionConcurrency"> = async ({ FunctionName }, context) => {
  const ref = unqualifiedRefOf(FunctionName, context);
  if (!(await context.heart.registry.find(ref))) throw notFound(ref);
  return {};
};
