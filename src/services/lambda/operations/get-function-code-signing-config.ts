// GetFunctionCodeSigningConfig: no function has one here; the original's answer for "none" is empty.
import { notFound } from "../faults.ts";
import { unqualifiedRefOf } from "../function-name.ts";
import type { Op } from "../op.ts";

export const getFunctionCodeSigningConfig: Op<"GetFunctionCodeSigningConfig"> = async ({ FunctionName }, context) => {
  const ref = unqualifiedRefOf(FunctionName, context);
  if (!(await context.heart.registry.find(ref))) throw notFound(ref);
  return { CodeSigningConfigArn: undefined, FunctionName: undefined };
};
