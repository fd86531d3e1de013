// ListFunctions: by name, in pages; with their published versions when asked for.
import type { FunctionRecord, Version } from "../../../functions/function.ts";
import type { LambdaContext, Op } from "../op.ts";
import { markerOf, pageSize, placeIn } from "../pages.ts";
import { listedView } from "../views.ts";

export const listFunctions: Op<"ListFunctions"> = async ({ Marker, MaxItems, MasterRegion, FunctionVersion }, context) => {
  if (MasterRegion && MasterRegion !== "ALL" && MasterRegion !== context.region) return { Functions: [] };
  const size = pageSize(MaxItems);
  const place = placeIn(Marker, /^[a-zA-Z0-9-_]+(:\d{1,15})?$/);
  const versions = FunctionVersion === "ALL" ? await withVersions(place, size + 1, context) : await latestOnly(place, size + 1, context);
  const page = versions.slice(0, size);
  const last = page.at(-1);
  return {
    Functions: page.map((version) => listedView(version, FunctionVersion === "ALL" ? version.version : undefined)),
    ...(versions.length > size && last ? { NextMarker: markerOf(last.version === "$LATEST" && FunctionVersion !== "ALL" ? last.name : `${last.name}:${numberOf(last)}`) } : {}),
  };
};

const numberOf = ({ version }: Version): number => (version === "$LATEST" ? 0 : Number(version));

async function latestOnly(after: string | undefined, limit: number, { heart, account, region }: LambdaContext): Promise<readonly Version[]> {
  return (await heart.registry.list({ account, region }, after, limit)).map(({ latest }) => latest);
}

/** `after`: function and number of the last version seen, 0 for `$LATEST`. */
async function withVersions(after: string | undefined, limit: number, { heart, account, region }: LambdaContext): Promise<readonly Version[]> {
  const [name, number = "0"] = after?.split(":") ?? [];
  const found: Version[] = [];
  if (name !== undefined) found.push(...(await heart.registry.versions({ account, region, name }, Number(number), limit)));
  let last = name;
  while (found.length < limit) {
    const [record]: readonly FunctionRecord[] = await heart.registry.list({ account, region }, last, 1);
    if (!record) break;
    found.push(record.latest, ...(await heart.registry.versions(record, 0, limit - found.length)));
    last = record.name;
  }
  return found;
}
