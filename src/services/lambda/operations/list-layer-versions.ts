// ListLayerVersions: the newest first.
import { isCompatible, layerNamed, listedLayerView } from "../layers.ts";
import type { Op } from "../op.ts";
import { markerOf, pageSize, placeIn } from "../pages.ts";

export const listLayerVersions: Op<"ListLayerVersions"> = async (input, context) => {
  const size = pageSize(input.MaxItems);
  const before = placeIn(input.Marker, /^\d{1,15}$/);
  const versions = await context.heart.layers.versions(layerNamed(input.LayerName, context), before === undefined ? undefined : Number(before), size + 1);
  const page = versions.slice(0, size);
  const last = page.at(-1);
  return {
    LayerVersions: page.filter((layer) => isCompatible(layer, input)).map(listedLayerView),
    ...(versions.length > size && last ? { NextMarker: markerOf(`${last.version}`) } : {}),
  };
};
