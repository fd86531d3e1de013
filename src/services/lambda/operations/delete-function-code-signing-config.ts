// DeleteFunctionCodeSigningConfig: code may be deployed unsigned again.
import { notFound } from "../faults.ts";
import { unqualifiedRefOf } from "../function-name.ts";
import type { Op } from "../op.ts";

export const deleteFunctionCodeSigningConfig: Op<"DeleteFunctionCodeSigningConfig"> = async ({ FunctionName }, context) => {
  const ref = unqualifiedRefOf(FunctionName, context);
  if (!(await context.heart.registry.change(ref, () => ({ codeSigning: undefined })))) throw notFound(ref);
  context.reply.status = 204;
  return {};
};
