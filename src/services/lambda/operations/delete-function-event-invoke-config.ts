// DeleteFunctionEventInvokeConfig: back to the defaults.
import { noEventInvokeConfig, qualifierOf } from "../event-invoke.ts";
import { refOf } from "../function-name.ts";
import type { Op } from "../op.ts";

export const deleteFunctionEventInvokeConfig: Op<"DeleteFunctionEventInvokeConfig"> = async ({ FunctionName, Qualifier }, context) => {
  const ref = refOf(FunctionName, Qualifier, context);
  const record = await context.heart.registry.change(ref, (before) => {
    const { [qualifierOf(ref)]: facts, ...eventInvoke } = before.eventInvoke;
    if (!facts) throw noEventInvokeConfig(ref);
    return { eventInvoke };
  });
  if (!record) throw noEventInvokeConfig(ref);
  context.reply.status = 204;
  return {};
};
