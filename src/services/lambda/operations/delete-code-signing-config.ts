// DeleteCodeSigningConfig: only one that no function uses.
import { changeCodeSigning, codeSigningMissing, functionsWith } from "../code-signing.ts";
import { fault } from "../../../kernel/fault.ts";
import type { Op } from "../op.ts";

export const deleteCodeSigningConfig: Op<"DeleteCodeSigningConfig"> = async ({ CodeSigningConfigArn: arn = "" }, context) => {
  if ((await functionsWith(arn, undefined, 1, context)).length > 0)
    throw fault("ResourceConflictException", { message: `Cannot delete the code signing configuration ${arn}: functions use it. Remove it from them first.`, Type: "User" });
  if (!(await changeCodeSigning(arn, context, () => undefined))) throw codeSigningMissing(arn);
  context.reply.status = 204;
  return {};
};
