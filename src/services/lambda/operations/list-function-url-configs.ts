// ListFunctionUrlConfigs: all addresses of one function, its own first, then its aliases' by name.
import type { Op } from "../op.ts";
import { pageOf } from "../pages.ts";
import { noFunction, urlRefOf, urlView } from "../urls/configs.ts";

export const listFunctionUrlConfigs: Op<"ListFunctionUrlConfigs"> = async (input, context) => {
  const { qualifier: _any, ...ref } = urlRefOf({ FunctionName: input.FunctionName }, context);
  const record = await context.heart.registry.find(ref);
  if (!record) throw noFunction();
  // `$` sorts before everything an alias may be called.
  const urls = Object.entries(record.urls ?? {}).toSorted(([a], [b]) => (a < b ? -1 : 1));
  const { page, ...more } = pageOf(urls, ([qualifier]) => qualifier, input);
  return { FunctionUrlConfigs: page.map(([qualifier, url]) => urlView(qualifier === "$LATEST" ? ref : { ...ref, qualifier }, url, context.endpoint)), ...more };
};
