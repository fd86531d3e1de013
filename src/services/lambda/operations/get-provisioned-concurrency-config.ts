// GetProvisionedConcurrencyConfig: what was asked for, and how much of it is there.
import { own } from "../../../kernel/own.ts";
import { noProvisionedConfig, provisionableName, provisionedView, requireTarget } from "../concurrency.ts";
import { refOf } from "../function-name.ts";
import type { Op } from "../op.ts";

export const getProvisionedConcurrencyConfig: Op<"GetProvisionedConcurrencyConfig"> = async ({ FunctionName, Qualifier }, context) => {
  const ref = refOf(FunctionName, Qualifier, context);
  const qualifier = provisionableName(ref);
  await requireTarget(ref, qualifier, context);
  const facts = own((await context.heart.registry.find(ref))?.concurrency.provisioned, qualifier);
  if (!facts) throw noProvisionedConfig();
  return provisionedView(ref, facts, context);
};
