// AddPermission: one more statement in the resource policy.
import type { FunctionRef } from "../../../functions/function.ts";
import type { Heart } from "../../../functions/heart.ts";
import { uuid } from "../../../kernel/ids.ts";
import { fault } from "../../../kernel/fault.ts";
import { limits } from "../../../kernel/limits.ts";
import { aliasNotFound, isAliasName } from "../aliases.ts";
import { invalid, notFound } from "../faults.ts";
import { refOf } from "../function-name.ts";
import type { Op } from "../op.ts";
import { policyText, statementOf } from "../statement.ts";
import { changePolicy, requireRevision } from "../function-policy.ts";

export const addPermission: Op<"AddPermission"> = async (input, context) => {
  const ref = refOf(input.FunctionName, input.Qualifier, context);
  if (ref.qualifier === "$LATEST") throw invalid("We currently do not support adding policies for $LATEST.");
  await requireTarget(ref, context.heart);
  const statement = statementOf(input, ref);
  const record = await changePolicy(context.heart.registry, ref, (current) => {
    requireRevision(input.RevisionId, current);
    const statements = current?.statements ?? [];
    if (statements.some(({ Sid }) => Sid === input.StatementId))
      throw fault("ResourceConflictException", { message: `The statement id (${input.StatementId}) provided already exists. Please provide a new statement id, or remove the existing statement.`, Type: "User" });
    const next = { revisionId: uuid(), statements: [...statements, statement] };
    const bytes = Buffer.byteLength(policyText(next));
    const { resourcePolicyBytesMax: bytesMax } = limits.functions;
    if (bytes > bytesMax) throw fault("PolicyLengthExceededException", { message: `The final policy size (${bytes}) is bigger than the limit (${bytesMax}).`, Type: "User" });
    return next;
  });
  if (!record) throw notFound(ref);
  return { Statement: JSON.stringify(statement) };
};

/** An alias is missed in other words than a version or a function. */
async function requireTarget(ref: FunctionRef, heart: Heart): Promise<void> {
  const record = await heart.registry.find(ref);
  if (record && ref.qualifier !== undefined && isAliasName(ref.qualifier) && !record.aliases[ref.qualifier]) throw aliasNotFound(ref, ref.qualifier);
  await heart.versionOf(ref);
}
