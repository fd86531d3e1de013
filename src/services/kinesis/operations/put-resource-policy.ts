// PutResourcePolicy: who else may use the stream or consumer; it acts from the next request on.
import { checkPolicy } from "../access.ts";
import type { Op } from "../op.ts";
import { changeResource } from "../resources.ts";

export const putResourcePolicy: Op<"PutResourcePolicy"> = async ({ ResourceARN = "", Policy = "" }, context) => {
  checkPolicy(Policy, ResourceARN);
  await changeResource(ResourceARN, context, (resource) => ({ ...resource, policy: Policy }));
  return {};
};
