// GetPolicy: the resource policy as one JSON text.
import { fault } from "../../../kernel/fault.ts";
import { refOf } from "../function-name.ts";
import type { Op } from "../op.ts";

export const getPolicy: Op<"GetPolicy"> = async ({ FunctionName, Qualifier }, context) => {
  const ref = refOf(FunctionName, Qualifier, context);
  const policy = (await context.heart.registry.find(ref))?.policies[ref.qualifier ?? "$LATEST"];
  if (!policy) throw fault("ResourceNotFoundException", { message: "The resource you requested does not exist.", Type: "User" });
  return { Policy: JSON.stringify({ Version: "2012-10-17", Id: "default", Statement: policy.statements }), RevisionId: policy.revisionId };
};
