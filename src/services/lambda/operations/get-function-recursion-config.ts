// GetFunctionRecursionConfig: whether loops are stopped; they are unless told otherwise.
import { notFound } from "../faults.ts";
import { unqualifiedRefOf } from "../function-name.ts";
import type { Op } from "../op.ts";

export const getFunctionRecursionConfig: Op<"GetFunctionRecursionConfig"> = async ({ FunctionName }, context) => {
  const ref = unqualifiedRefOf(FunctionName, context);
  const record = await context.heart.registry.find(ref);
  if (!record) throw notFound(ref);
  return { RecursiveLoop: record.recursion };
};
