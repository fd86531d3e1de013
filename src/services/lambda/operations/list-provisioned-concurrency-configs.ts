// ListProvisionedConcurrencyConfigs: of all versions and aliases of a function.
import { functionArn } from "../../../kernel/arn.ts";
import { provisionedView } from "../concurrency.ts";
import { notFound } from "../faults.ts";
import { unqualifiedRefOf } from "../function-name.ts";
import type { Op } from "../op.ts";
import { pageOf } from "../pages.ts";

export const listProvisionedConcurrencyConfigs: Op<"ListProvisionedConcurrencyConfigs"> = async (input, context) => {
  const ref = unqualifiedRefOf(input.FunctionName, context);
  const record = await context.heart.registry.find(ref);
  if (!record) throw notFound(ref);
  const all = Object.entries(record.concurrency.provisioned).toSorted(([a], [b]) => (a < b ? -1 : 1));
  const { page, ...more } = pageOf(all, ([qualifier]) => qualifier, input);
  const configOf = async ([qualifier, facts]: (typeof all)[number]) => ({ FunctionArn: functionArn(ref, qualifier), ...(await provisionedView({ ...ref, qualifier }, facts, context)) });
  return { ProvisionedConcurrencyConfigs: await Promise.all(page.map(configOf)), ...more };
};
