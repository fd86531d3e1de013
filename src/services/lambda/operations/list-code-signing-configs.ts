// ListCodeSigningConfigs: all of the account and region.
import { codeSigningsKey, codeSigningView, type CodeSigning } from "../code-signing.ts";
import type { Op } from "../op.ts";
import { markerOf, pageSize, placeIn } from "../pages.ts";

export const listCodeSigningConfigs: Op<"ListCodeSigningConfigs"> = async ({ Marker, MaxItems }, context) => {
  const size = pageSize(MaxItems);
  const after = placeIn(Marker, /^csc-[a-z0-9]{17}$/);
  const prefix = codeSigningsKey(context);
  const found = await context.store.list<CodeSigning>({ prefix, limit: size + 1, ...(after === undefined ? {} : { after: [...prefix, after] }) });
  const page = found.slice(0, size).map(({ value }) => value);
  const last = page.at(-1);
  return { CodeSigningConfigs: page.map(codeSigningView), ...(found.length > size && last ? { NextMarker: markerOf(last.id) } : {}) };
};
