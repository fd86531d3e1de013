// GetFunctionConfiguration: what tools poll.
import { refOf } from "../function-name.ts";
import type { Op } from "../op.ts";
import { configurationView } from "../views.ts";

export const getFunctionConfiguration: Op<"GetFunctionConfiguration"> = async ({ FunctionName, Qualifier }, context) => {
  const ref = refOf(FunctionName, Qualifier, context);
  const version = await context.heart.versionOf(ref);
  return await configurationView(version, context, ref.qualifier);
};
