// PutRuntimeManagementConfig: when a function gets another build of its runtime. Here it runs on what the machine has: only Auto is true.
import { functionArn } from "../../../kernel/arn.ts";
import { notYet } from "../faults.ts";
import { refOf } from "../function-name.ts";
import type { Op } from "../op.ts";

export const putRuntimeManagementConfig: Op<"PutRuntimeManagementConfig"> = async ({ FunctionName, Qualifier, UpdateRuntimeOn = "Auto" }, context) => {
  const ref = refOf(FunctionName, Qualifier, context);
  await context.heart.versionOf(ref);
  if (UpdateRuntimeOn !== "Auto") throw notYet(`UpdateRuntimeOn ${UpdateRuntimeOn}`);
  return { UpdateRuntimeOn, FunctionArn: functionArn(ref, ref.qualifier ?? "$LATEST") };
};
