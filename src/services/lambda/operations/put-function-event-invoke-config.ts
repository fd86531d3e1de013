// PutFunctionEventInvokeConfig: replaces what a function, version or alias was told about its asynchronous events.
import { askedFacts, eventInvokeView, qualifierOf, requireInvokable } from "../event-invoke.ts";
import { refOf } from "../function-name.ts";
import type { Op } from "../op.ts";

export const putFunctionEventInvokeConfig: Op<"PutFunctionEventInvokeConfig"> = async ({ FunctionName, Qualifier, ...asked }, context) => {
  const ref = refOf(FunctionName, Qualifier, context);
  const qualifier = qualifierOf(ref);
  await requireInvokable(ref, context);
  const facts = { ...(await askedFacts(asked, ref, context)), modifiedMs: context.clock.now() };
  await context.heart.registry.change(ref, ({ eventInvoke }) => ({ eventInvoke: { ...eventInvoke, [qualifier]: facts } }));
  return eventInvokeView(ref, facts);
};
