// AddPermission: one more statement in the resource policy.
import { own } from "../../../kernel/own.ts";
import type { FunctionRef } from "../../../functions/function.ts";
import type { Heart } from "../../../functions/heart.ts";
import { aliasNotFound, isAliasName } from "../aliases.ts";
import { invalid, notFound } from "../faults.ts";
import { refOf } from "../function-name.ts";
import { changePolicy, withStatement } from "../resource-policy.ts";
import type { Op } from "../op.ts";
import { statementOf } from "../statement.ts";

export const addPermission: Op<"AddPermission"> = async (input, context) => {
  const ref = refOf(input.FunctionName, input.Qualifier, context);
  if (ref.qualifier === "$LATEST") throw invalid("We currently do not support adding policies for $LATEST.");
  await requireTarget(ref, context.heart);
  const statement = statementOf(input, ref);
  const record = await changePolicy(context.heart.registry, ref, (current) => withStatement(current, statement, input.RevisionId, "GetPolicy"));
  if (!record) throw notFound(ref);
  return { Statement: JSON.stringify(statement) };
};

/** An alias is missed in other words than a version or a function. */
async function requireTarget(ref: FunctionRef, heart: Heart): Promise<void> {
  const record = await heart.registry.find(ref);
  if (record && ref.qualifier !== undefined && isAliasName(ref.qualifier) && !own(record.aliases, ref.qualifier)) throw aliasNotFound(ref, ref.qualifier);
  await heart.versionOf(ref);
}
