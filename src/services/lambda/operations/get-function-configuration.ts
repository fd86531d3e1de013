// GetFunctionConfiguration: what tools poll.
import { refOf } from "../function-name.ts";
import type { Op } from "../op.ts";
import { runtimeState } from "../runtime-names.ts";
import { configurationView } from "../views.ts";

export const getFunctionConfiguration: Op<"GetFunctionConfiguration"> = async ({ FunctionName, Qualifier }, context) => {
  const ref = refOf(FunctionName, Qualifier, context);
  const version = await context.heart.versionOf(ref);
  return { ...configurationView(version, ref.qualifier), ...(await runtimeState(version, context.runtimes)) };
};
