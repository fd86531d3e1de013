// GetFunctionScalingConfig: what was asked for; it is applied with the answer.
import { functionArn } from "../../../kernel/arn.ts";
import { own } from "../../../kernel/own.ts";
import { scaledRef } from "../concurrency.ts";
import type { Op } from "../op.ts";

export const getFunctionScalingConfig: Op<"GetFunctionScalingConfig"> = async ({ FunctionName, Qualifier }, context) => {
  const { ref, version } = scaledRef(FunctionName, Qualifier, context);
  await context.heart.versionOf({ ...ref, qualifier: version });
  const { min, max } = own((await context.heart.registry.find(ref))?.concurrency.scaling, version) ?? {};
  const config = { MinExecutionEnvironments: min, MaxExecutionEnvironments: max };
  return { FunctionArn: functionArn(ref, version), AppliedFunctionScalingConfig: config, RequestedFunctionScalingConfig: config };
};
