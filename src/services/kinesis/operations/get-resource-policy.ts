// GetResourcePolicy: the policy as it was put.
import { notFound } from "../faults.ts";
import type { Op } from "../op.ts";
import { resourceAt } from "../resources.ts";

export const getResourcePolicy: Op<"GetResourcePolicy"> = async ({ ResourceARN = "" }, context) => {
  const { policy } = await resourceAt(ResourceARN, context);
  if (policy === undefined) throw notFound(`No resource policy is attached to ${ResourceARN}.`);
  return { Policy: policy };
};
