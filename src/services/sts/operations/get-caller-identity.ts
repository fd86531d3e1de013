// GetCallerIdentity: who the request's credentials stand for.
import { identify } from "../identity.ts";
import type { Op } from "../op.ts";

export const getCallerIdentity: Op<"GetCallerIdentity"> = async (_input, context) => {
  const { account, userId, arn } = await identify(context);
  return { UserId: userId, Account: account, Arn: arn };
};
