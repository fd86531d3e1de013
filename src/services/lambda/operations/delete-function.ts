// DeleteFunction: the function with its versions, policies and queued events goes, or one version; its logs stay, as on the original.
import { isAliasName } from "../aliases.ts";
import { invalid, notFound } from "../faults.ts";
import { refOf } from "../function-name.ts";
import type { Op } from "../op.ts";

export const deleteFunction: Op<"DeleteFunction"> = async ({ FunctionName, Qualifier }, context) => {
  const ref = refOf(FunctionName, Qualifier, context);
  if (ref.qualifier === "$LATEST") throw invalid("$LATEST version cannot be deleted without deleting the function.");
  if (ref.qualifier !== undefined && isAliasName(ref.qualifier)) throw invalid("Deletion of aliases is not currently supported.");
  const { registry } = context.heart;
  const removed = ref.qualifier === undefined ? await registry.remove(ref) : await registry.removeVersion(ref, ref.qualifier);
  // As the original: a version that is not there is no error, and a function that is not there is told without the version.
  if (!removed && (ref.qualifier === undefined || !(await registry.find(ref)))) throw notFound({ ...ref, qualifier: undefined });
  context.reply.status = 204;
  return {};
};
