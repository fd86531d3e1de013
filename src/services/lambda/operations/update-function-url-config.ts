// UpdateFunctionUrlConfig: other settings at the same address.
import type { Op } from "../op.ts";
import { changeUrl, noUrl, urlRefOf, urlView } from "../urls/configs.ts";
import { corsOf } from "../urls/cors.ts";

export const updateFunctionUrlConfig: Op<"UpdateFunctionUrlConfig"> = async (input, context) => {
  const ref = urlRefOf(input, context);
  const url = await changeUrl(context, ref, (current) => {
    if (!current) throw noUrl();
    return {
      ...current,
      authType: input.AuthType ?? current.authType,
      invokeMode: input.InvokeMode ?? current.invokeMode,
      cors: corsOf(input.Cors) ?? current.cors,
      modifiedMs: context.clock.now(),
    };
  });
  if (!url) throw noUrl();
  return urlView(ref, url, context.endpoint);
};
