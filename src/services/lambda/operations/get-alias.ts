// GetAlias: where a name points to.
import { own } from "../../../kernel/own.ts";
import { aliasNotFound, aliasView } from "../aliases.ts";
import { unqualifiedRefOf } from "../function-name.ts";
import type { Op } from "../op.ts";

export const getAlias: Op<"GetAlias"> = async ({ FunctionName, Name = "" }, context) => {
  const ref = unqualifiedRefOf(FunctionName, context);
  const alias = own((await context.heart.registry.find(ref))?.aliases, Name);
  if (!alias) throw aliasNotFound(ref, Name);
  return aliasView(ref, alias);
};
