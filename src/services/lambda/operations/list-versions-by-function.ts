// ListVersionsByFunction: `$LATEST` first, then by number.
import { notFound } from "../faults.ts";
import { unqualifiedRefOf } from "../function-name.ts";
import type { Op } from "../op.ts";
import { markerOf, pageSize, placeIn } from "../pages.ts";
import { listedView } from "../views.ts";

export const listVersionsByFunction: Op<"ListVersionsByFunction"> = async ({ FunctionName, Marker, MaxItems }, context) => {
  const ref = unqualifiedRefOf(FunctionName, context);
  const { registry } = context.heart;
  const record = await registry.find(ref);
  if (!record) throw notFound(ref);
  const after = placeIn(Marker, /^\d{1,15}$/);
  const size = pageSize(MaxItems);
  const versions = [...(after === undefined ? [record.latest] : []), ...(await registry.versions(ref, Number(after ?? 0), size + 1))];
  const page = versions.slice(0, size);
  const last = page.at(-1)?.version;
  return {
    Versions: page.map((version) => listedView(version, version.version)),
    ...(versions.length > size && last !== undefined ? { NextMarker: markerOf(last === "$LATEST" ? "0" : last) } : {}),
  };
};
