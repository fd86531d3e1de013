// DeleteFunctionUrlConfig: the address goes, for good.
import type { Op } from "../op.ts";
import { noUrl, urlRefOf } from "../urls/configs.ts";

export const deleteFunctionUrlConfig: Op<"DeleteFunctionUrlConfig"> = async (input, context) => {
  const record = await context.heart.registry.changeUrl(urlRefOf(input, context), (current) => {
    if (!current) throw noUrl();
    return undefined;
  });
  if (!record) throw noUrl();
  return {};
};
