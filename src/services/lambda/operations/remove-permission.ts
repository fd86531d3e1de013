// RemovePermission: one statement less.
import { fault } from "../../../kernel/fault.ts";
import { functionArn } from "../../../kernel/arn.ts";
import { refOf } from "../function-name.ts";
import { changePolicy, withoutStatement } from "../resource-policy.ts";
import type { Op } from "../op.ts";

export const removePermission: Op<"RemovePermission"> = async (input, context) => {
  const ref = refOf(input.FunctionName, input.Qualifier, context);
  const record = await changePolicy(context.heart.registry, ref, (current) => withoutStatement(current, input.StatementId, input.RevisionId, "GetPolicy"));
  if (!record) throw fault("ResourceNotFoundException", { message: `No policy found for: ${functionArn(ref, ref.qualifier)}`, Type: "User" });
  context.reply.status = 204;
  return {};
};
