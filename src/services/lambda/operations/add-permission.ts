// AddPermission: one more statement in the resource policy.
import { uuid } from "../../../kernel/ids.ts";
import { fault } from "../../../kernel/fault.ts";
import { limits } from "../../../kernel/limits.ts";
import { invalid, notFound } from "../faults.ts";
import { refOf } from "../function-name.ts";
import type { Op } from "../op.ts";
import { statementOf } from "../statement.ts";
import { requireRevision } from "../policy-revision.ts";

export const addPermission: Op<"AddPermission"> = async (input, context) => {
  const ref = refOf(input.FunctionName, input.Qualifier, context);
  if (ref.qualifier === "$LATEST") throw invalid("We currently do not support adding policies for $LATEST.");
  await context.heart.versionOf(ref);
  const statement = statementOf(input, ref);
  const record = await context.heart.registry.changePolicy(ref, (current) => {
    requireRevision(input.RevisionId, current);
    const statements = current?.statements ?? [];
    if (statements.some(({ Sid }) => Sid === input.StatementId))
      throw fault("ResourceConflictException", { message: `The statement id (${input.StatementId}) provided already exists. Please provide a new statement id, or remove the existing statement.`, Type: "User" });
    const next = { revisionId: uuid(), statements: [...statements, statement] };
    if (JSON.stringify(next.statements).length > limits.functions.resourcePolicyBytesMax)
      throw fault("PolicyLengthExceededException", { message: "The final policy size is bigger than the limit (20480).", Type: "User" });
    return next;
  });
  if (!record) throw notFound(ref);
  return { Statement: JSON.stringify(statement) };
};
