// GetFunctionEventInvokeConfig: what a function, version or alias was told about its asynchronous events.
import { own } from "../../../kernel/own.ts";
import { eventInvokeView, noEventInvokeConfig, qualifierOf } from "../event-invoke.ts";
import { refOf } from "../function-name.ts";
import type { Op } from "../op.ts";

export const getFunctionEventInvokeConfig: Op<"GetFunctionEventInvokeConfig"> = async ({ FunctionName, Qualifier }, context) => {
  const ref = refOf(FunctionName, Qualifier, context);
  const facts = own((await context.heart.registry.find(ref))?.eventInvoke, qualifierOf(ref));
  if (!facts) throw noEventInvokeConfig(ref);
  return eventInvokeView(ref, facts);
};
