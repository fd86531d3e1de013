// DeleteProvisionedConcurrencyConfig: nothing is kept ready any more.
import { provisionableName, requireTarget } from "../concurrency.ts";
import { refOf } from "../function-name.ts";
import type { Op } from "../op.ts";

export const deleteProvisionedConcurrencyConfig: Op<"DeleteProvisionedConcurrencyConfig"> = async ({ FunctionName, Qualifier }, context) => {
  const ref = refOf(FunctionName, Qualifier, context);
  const qualifier = provisionableName(ref);
  await requireTarget(ref, qualifier, context);
  await context.heart.registry.change(ref, ({ concurrency }) => {
    const { [qualifier]: _gone, ...provisioned } = concurrency.provisioned;
    return { concurrency: { ...concurrency, provisioned } };
  });
  context.reply.status = 204;
  return {};
};
