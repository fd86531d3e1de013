// DeleteFunctionUrlConfig: the address goes, for good.
import type { Op } from "../op.ts";
import { changeUrl, noUrl, urlRefOf } from "../urls/configs.ts";

export const deleteFunctionUrlConfig: Op<"DeleteFunctionUrlConfig"> = async (input, context) => {
  const ref = urlRefOf(input, context);
  if (!(await context.heart.registry.find(ref))) throw noUrl();
  await changeUrl(context, ref, (current) => {
    if (!current) throw noUrl();
    return undefined;
  });
  return {};
};
