// PutFunctionRecursionConfig: whether a function that calls itself through other services, again and again, is stopped.
import { notFound } from "../faults.ts";
import { unqualifiedRefOf } from "../function-name.ts";
import type { Op } from "../op.ts";

export const putFunctionRecursionConfig: Op<"PutFunctionRecursionConfig"> = async ({ FunctionName, RecursiveLoop = "Terminate" }, context) => {
  const ref = unqualifiedRefOf(FunctionName, context);
  if (!(await context.heart.registry.change(ref, () => ({ recursion: RecursiveLoop })))) throw notFound(ref);
  return { RecursiveLoop };
};
