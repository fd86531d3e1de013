// ListFunctionUrlConfigs: all addresses of one function, its own first, then its aliases' by name.
import { invalid } from "../faults.ts";
import { pageSize } from "../function-name.ts";
import type { Op } from "../op.ts";
import { noFunction, urlRefOf, urlView } from "../urls/configs.ts";

export const listFunctionUrlConfigs: Op<"ListFunctionUrlConfigs"> = async ({ FunctionName, Marker, MaxItems }, context) => {
  const { qualifier: _any, ...ref } = urlRefOf({ FunctionName }, context);
  const record = await context.heart.registry.find(ref);
  if (!record) throw noFunction();
  const after = Marker ? Buffer.from(Marker, "base64url").toString() : "";
  if (!/^[$a-zA-Z0-9-_]*$/.test(after)) throw invalid("The Marker is not one of this list.");
  // `$` sorts before everything an alias may be called.
  const urls = Object.entries(record.urls ?? {}).filter(([qualifier]) => qualifier > after).toSorted(([a], [b]) => (a < b ? -1 : 1));
  const page = urls.slice(0, pageSize(MaxItems));
  return {
    FunctionUrlConfigs: page.map(([qualifier, url]) => urlView(qualifier === "$LATEST" ? ref : { ...ref, qualifier }, url, context.endpoint)),
    ...(urls.length > page.length ? { NextMarker: Buffer.from(page.at(-1)?.[0] ?? "").toString("base64url") } : {}),
  };
};
