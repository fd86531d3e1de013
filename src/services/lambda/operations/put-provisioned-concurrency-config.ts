// PutProvisionedConcurrencyConfig: keeps instances of a version ready, from now on and after every restart.
import { provisionableName, provisionedView, requireOneName, requireProvisionable, requireTarget } from "../concurrency.ts";
import { notFound } from "../faults.ts";
import { refOf } from "../function-name.ts";
import type { Op } from "../op.ts";

export const putProvisionedConcurrencyConfig: Op<"PutProvisionedConcurrencyConfig"> = async ({ FunctionName, Qualifier, ProvisionedConcurrentExecutions: requested = 0 }, context) => {
  const ref = refOf(FunctionName, Qualifier, context);
  const qualifier = provisionableName(ref, "Provisioned Concurrency Configs cannot be applied to unpublished function versions.");
  await requireTarget(ref, qualifier, context);
  const facts = { requested, modifiedMs: context.clock.now() };
  const changed = await context.heart.registry.change(ref, (record) => {
    requireOneName(record, qualifier);
    requireProvisionable(record, qualifier, requested, context);
    return { concurrency: { ...record.concurrency, provisioned: { ...record.concurrency.provisioned, [qualifier]: facts } } };
  });
  if (!changed) throw notFound(ref);
  return provisionedView(ref, facts, context);
};
