// GetPolicy: a managed policy of this account.
import { policyAt } from "../managed-policies.ts";
import type { Op } from "../op.ts";
import { policyView } from "../views.ts";

export const getPolicy: Op<"GetPolicy"> = async ({ PolicyArn = "" }, context) => ({ Policy: policyView(await policyAt(context, PolicyArn)) });
