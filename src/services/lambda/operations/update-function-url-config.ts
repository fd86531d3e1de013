// UpdateFunctionUrlConfig: other settings at the same address.
import type { Op } from "../op.ts";
import { noUrl, urlRefOf, urlView } from "../urls/configs.ts";
import { corsOf } from "../urls/cors.ts";

export const updateFunctionUrlConfig: Op<"UpdateFunctionUrlConfig"> = async (input, context) => {
  const ref = urlRefOf(input, context);
  const record = await context.heart.registry.changeUrl(ref, (current) => {
    if (!current) throw noUrl();
    return {
      ...current,
      authType: input.AuthType ?? current.authType,
      invokeMode: input.InvokeMode ?? current.invokeMode,
      cors: corsOf(input.Cors) ?? current.cors,
      modifiedMs: context.clock.now(),
    };
  });
  const url = record?.urls?.[ref.qualifier ?? "$LATEST"];
  if (!url) throw noUrl();
  return urlView(ref, url, context.endpoint);
};
