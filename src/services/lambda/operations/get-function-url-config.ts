// GetFunctionUrlConfig: the address of one function or alias.
import { own } from "../../../kernel/own.ts";
import type { Op } from "../op.ts";
import { noUrl, urlRefOf, urlView } from "../urls/configs.ts";

export const getFunctionUrlConfig: Op<"GetFunctionUrlConfig"> = async (input, context) => {
  const ref = urlRefOf(input, context);
  const url = own((await context.heart.registry.find(ref))?.urls, ref.qualifier ?? "$LATEST");
  if (!url) throw noUrl();
  return urlView(ref, url, context.endpoint);
};
