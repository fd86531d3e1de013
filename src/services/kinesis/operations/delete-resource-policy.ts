// DeleteResourcePolicy: from the next request on only the owner's account may use the resource.
import { notFound } from "../faults.ts";
import type { Op } from "../op.ts";
import { changeResource } from "../resources.ts";

export const deleteResourcePolicy: Op<"DeleteResourcePolicy"> = async ({ ResourceARN = "" }, context) => {
  await changeResource(ResourceARN, context, (resource) => {
    if (resource.policy === undefined) throw notFound(`No resource policy is attached to ${ResourceARN}.`);
    return { ...resource, policy: undefined };
  });
  return {};
};
