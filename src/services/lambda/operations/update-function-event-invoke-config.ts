// UpdateFunctionEventInvokeConfig: changes only what is named of it.
import { own } from "../../../kernel/own.ts";
import { askedFacts, eventInvokeView, noEventInvokeConfig, qualifierOf } from "../event-invoke.ts";
import { refOf } from "../function-name.ts";
import type { Op } from "../op.ts";

export const updateFunctionEventInvokeConfig: Op<"UpdateFunctionEventInvokeConfig"> = async ({ FunctionName, Qualifier, ...asked }, context) => {
  const ref = refOf(FunctionName, Qualifier, context);
  const qualifier = qualifierOf(ref);
  const facts = await askedFacts(asked, ref, context);
  const record = await context.heart.registry.change(ref, ({ eventInvoke }) => {
    const before = own(eventInvoke, qualifier);
    if (!before) throw noEventInvokeConfig(ref);
    return { eventInvoke: { ...eventInvoke, [qualifier]: { ...before, ...facts, modifiedMs: context.clock.now() } } };
  });
  const now = own(record?.eventInvoke, qualifier);
  if (!now) throw noEventInvokeConfig(ref);
  return eventInvokeView(ref, now);
};
