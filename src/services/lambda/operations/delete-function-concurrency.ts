// DeleteFunctionConcurrency: the function shares the account's concurrency again.
import { notFound } from "../faults.ts";
import { unqualifiedRefOf } from "../function-name.ts";
import type { Op } from "../op.ts";

export const deleteFunctionConcurrency: Op<"DeleteFunctionConcurrency"> = async ({ FunctionName }, context) => {
  const ref = unqualifiedRefOf(FunctionName, context);
  const changed = await context.heart.registry.change(ref, ({ concurrency: { reserved: _gone, ...others } }) => ({ concurrency: others }));
  if (!changed) throw notFound(ref);
  context.reply.status = 204;
  return {};
};
