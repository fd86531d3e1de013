// ListFunctions: by name, in pages.
import { invalid } from "../faults.ts";
import { pageSize } from "../function-name.ts";
import type { Op } from "../op.ts";
import { listedView } from "../views.ts";

export const listFunctions: Op<"ListFunctions"> = async ({ Marker, MaxItems, MasterRegion, FunctionVersion }, context) => {
  if (MasterRegion && MasterRegion !== "ALL" && MasterRegion !== context.region) return { Functions: [] };
  const size = pageSize(MaxItems);
  const records = await context.heart.registry.list(context, nameIn(Marker), size + 1);
  const page = records.slice(0, size);
  const last = page.at(-1);
  return {
    Functions: page.map(({ latest }) => listedView(latest, FunctionVersion === "ALL" ? "$LATEST" : undefined)),
    ...(records.length > size && last ? { NextMarker: Buffer.from(last.name).toString("base64url") } : {}),
  };
};

function nameIn(marker: string | undefined): string | undefined {
  if (!marker) return undefined;
  const name = Buffer.from(marker, "base64url").toString();
  if (!/^[a-zA-Z0-9-_]+$/.test(name)) throw invalid("The Marker is not one of this list.");
  return name;
}
