// DeleteAlias: the name goes, with the policy and the instances kept ready that were its own; a name that is not there is no error, as on the original.
import { notFound } from "../faults.ts";
import { unqualifiedRefOf } from "../function-name.ts";
import type { Op } from "../op.ts";

export const deleteAlias: Op<"DeleteAlias"> = async ({ FunctionName, Name = "" }, context) => {
  const ref = unqualifiedRefOf(FunctionName, context);
  const record = await context.heart.registry.change(ref, (before) => {
    const { [Name]: _alias, ...aliases } = before.aliases;
    const { [Name]: _policy, ...policies } = before.policies;
    const { [Name]: _kept, ...provisioned } = before.concurrency.provisioned;
    return { aliases, policies, concurrency: { ...before.concurrency, provisioned } };
  });
  if (!record) throw notFound(ref);
  context.reply.status = 204;
  return {};
};
