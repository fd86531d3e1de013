// GetRuntimeManagementConfig: runtimes follow the machine's, which is what Auto means.
import { functionArn } from "../../../kernel/arn.ts";
import { refOf } from "../function-name.ts";
import type { Op } from "../op.ts";

export const getRuntimeManagementConfig: Op<"GetRuntimeManagementConfig"> = async ({ FunctionName, Qualifier }, context) => {
  const ref = refOf(FunctionName, Qualifier, context);
  await context.heart.versionOf(ref);
  return { UpdateRuntimeOn: "Auto", FunctionArn: functionArn(ref, ref.qualifier ?? "$LATEST") };
};
