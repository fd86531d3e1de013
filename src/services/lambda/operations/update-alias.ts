// UpdateAlias: moves a name to another version, or shares its invocations between two.
import { functionArn } from "../../../kernel/arn.ts";
import { fault } from "../../../kernel/fault.ts";
import { uuid } from "../../../kernel/ids.ts";
import { own } from "../../../kernel/own.ts";
import { aliasView, checkRouting } from "../aliases.ts";
import { unqualifiedRefOf } from "../function-name.ts";
import type { Op } from "../op.ts";
import { staleRevision } from "../faults.ts";

export const updateAlias: Op<"UpdateAlias"> = async ({ FunctionName, Name = "", FunctionVersion, Description, RoutingConfig, RevisionId }, context) => {
  const ref = unqualifiedRefOf(FunctionName, context);
  const missing = () => fault("ResourceNotFoundException", { message: `Alias not found: ${functionArn(ref, Name)}`, Type: "User" });
  const record = await context.heart.registry.change(ref, async ({ aliases }, has) => {
    const alias = own(aliases, Name);
    if (!alias) throw missing();
    if (RevisionId !== undefined && RevisionId !== alias.revisionId) throw staleRevision();
    const next = {
      ...alias,
      version: FunctionVersion ?? alias.version,
      description: Description ?? alias.description,
      weights: RoutingConfig ? (RoutingConfig.AdditionalVersionWeights ?? {}) : alias.weights,
      revisionId: uuid(),
    };
    await checkRouting(ref, next, has);
    return { aliases: { ...aliases, [Name]: next } };
  });
  const alias = own(record?.aliases, Name);
  if (!alias) throw missing();
  return aliasView(ref, alias);
};
