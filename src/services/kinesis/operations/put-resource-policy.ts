// PutResourcePolicy: who else may use the stream or consumer; it acts from the next request on.
import type { Op } from "../op.ts";
import { checkPolicy } from "../policy-document.ts";
import { changeResource } from "../resources.ts";

export const putResourcePolicy: Op<"PutResourcePolicy"> = async ({ ResourceARN = "", Policy = "" }, context) => {
  checkPolicy(Policy, ResourceARN);
  await changeResource(ResourceARN, context, (resource) => ({ ...resource, policy: Policy }));
  return {};
};
