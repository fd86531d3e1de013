// GetPolicy: the resource policy as one JSON text.
import { fault } from "../../../kernel/fault.ts";
import { own } from "../../../kernel/own.ts";
import { refOf } from "../function-name.ts";
import type { Op } from "../op.ts";
import { policyText } from "../statement.ts";

export const getPolicy: Op<"GetPolicy"> = async ({ FunctionName, Qualifier }, context) => {
  const ref = refOf(FunctionName, Qualifier, context);
  const policy = own((await context.heart.registry.find(ref))?.policies, ref.qualifier ?? "$LATEST");
  if (!policy) throw fault("ResourceNotFoundException", { message: "The resource you requested does not exist.", Type: "User" });
  return { Policy: policyText(policy), RevisionId: policy.revisionId };
};
