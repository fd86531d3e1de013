// PutFunctionScalingConfig: how many instances a published version has at least, ready, and at most.
import { requireScalable, scaledRef } from "../concurrency.ts";
import { notFound } from "../faults.ts";
import type { Op } from "../op.ts";

export const putFunctionScalingConfig: Op<"PutFunctionScalingConfig"> = async ({ FunctionName, Qualifier, FunctionScalingConfig }, context) => {
  const { ref, version } = scaledRef(FunctionName, Qualifier, context);
  await context.heart.versionOf({ ...ref, qualifier: version });
  const { MinExecutionEnvironments: min, MaxExecutionEnvironments: max } = FunctionScalingConfig ?? {};
  const changed = await context.heart.registry.change(ref, (record) => {
    requireScalable(record, version, { min, max }, context);
    const { [version]: _before, ...others } = record.concurrency.scaling ?? {};
    const scaling = min === undefined && max === undefined ? others : { ...others, [version]: { min, max } };
    return { concurrency: { ...record.concurrency, scaling } };
  });
  if (!changed) throw notFound(ref);
  return { FunctionState: "Active" };
};
