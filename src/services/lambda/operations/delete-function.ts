// DeleteFunction: the function, its policy and its queued events go; its logs stay, as on the original.
import { invalid, notFound } from "../faults.ts";
import { refOf } from "../function-name.ts";
import type { Op } from "../op.ts";

export const deleteFunction: Op<"DeleteFunction"> = async ({ FunctionName, Qualifier }, context) => {
  const ref = refOf(FunctionName, Qualifier, context);
  if (ref.qualifier === "$LATEST") throw invalid("$LATEST version cannot be deleted without deleting the function.");
  // As the original: the answer names the function, although it is the version that is not there.
  if (ref.qualifier !== undefined) throw notFound({ ...ref, qualifier: undefined });
  if (!(await context.heart.registry.remove(ref))) throw notFound(ref);
  context.reply.status = 204;
  return {};
};
