// DeleteAlias: the name goes, with all that was its own; a name that is not there is no error, as on the original.
import { withoutQualifier } from "../../../functions/registry/open-registry.ts";
import { notFound } from "../faults.ts";
import { unqualifiedRefOf } from "../function-name.ts";
import type { Op } from "../op.ts";

export const deleteAlias: Op<"DeleteAlias"> = async ({ FunctionName, Name = "" }, context) => {
  const ref = unqualifiedRefOf(FunctionName, context);
  const record = await context.heart.registry.change(ref, (before) => withoutQualifier(before, Name));
  if (!record) throw notFound(ref);
  context.reply.status = 204;
  return {};
};
