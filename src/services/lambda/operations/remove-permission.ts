// RemovePermission: one statement less.
import { uuid } from "../../../kernel/ids.ts";
import { fault } from "../../../kernel/fault.ts";
import { functionArn } from "../../../kernel/arn.ts";
import { refOf } from "../function-name.ts";
import type { Op } from "../op.ts";
import { changePolicy, requireRevision } from "../function-policy.ts";

export const removePermission: Op<"RemovePermission"> = async (input, context) => {
  const ref = refOf(input.FunctionName, input.Qualifier, context);
  const record = await changePolicy(context.heart.registry, ref, (current) => {
    if (!current) throw fault("ResourceNotFoundException", { message: "No policy is associated with the given resource.", Type: "User" });
    requireRevision(input.RevisionId, current);
    const statements = current.statements.filter(({ Sid }) => Sid !== input.StatementId);
    if (statements.length === current.statements.length)
      throw fault("ResourceNotFoundException", { message: `Statement ${input.StatementId} is not found in resource policy.`, Type: "User" });
    return statements.length === 0 ? undefined : { revisionId: uuid(), statements };
  });
  if (!record) throw fault("ResourceNotFoundException", { message: `No policy found for: ${functionArn(ref, ref.qualifier)}`, Type: "User" });
  context.reply.status = 204;
  return {};
};
