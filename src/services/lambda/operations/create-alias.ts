// CreateAlias: a name for a version.
import { functionArn } from "../../../kernel/arn.ts";
import { fault } from "../../../kernel/fault.ts";
import { uuid } from "../../../kernel/ids.ts";
import { own } from "../../../kernel/own.ts";
import { aliasView, checkRouting } from "../aliases.ts";
import { notFound } from "../faults.ts";
import { unqualifiedRefOf } from "../function-name.ts";
import type { Op } from "../op.ts";

export const createAlias: Op<"CreateAlias"> = async ({ FunctionName, Name = "", FunctionVersion = "", Description = "", RoutingConfig }, context) => {
  const ref = unqualifiedRefOf(FunctionName, context);
  const alias = { name: Name, description: Description, version: FunctionVersion, weights: RoutingConfig?.AdditionalVersionWeights ?? {}, revisionId: uuid() };
  const record = await context.heart.registry.change(ref, async ({ aliases }, has) => {
    await checkRouting(ref, alias, has);
    if (own(aliases, Name)) throw fault("ResourceConflictException", { message: `Alias already exists: ${functionArn(ref, Name)}`, Type: "User" });
    return { aliases: { ...aliases, [Name]: alias } };
  });
  if (!record) throw notFound({ ...ref, qualifier: FunctionVersion });
  return aliasView(ref, alias);
};
