// ListLayers: by name, each with its newest version.
import { layerArn } from "../../../kernel/arn.ts";
import { isCompatible, listedLayerView } from "../layers.ts";
import type { Op } from "../op.ts";
import { markerOf, pageSize, placeIn } from "../pages.ts";

export const listLayers: Op<"ListLayers"> = async (input, context) => {
  const size = pageSize(input.MaxItems);
  const layers = await context.heart.layers.list(context, placeIn(input.Marker, /^[a-zA-Z0-9-_]+$/), size + 1);
  const page = layers.slice(0, size);
  const last = page.at(-1);
  return {
    Layers: page.filter((layer) => isCompatible(layer, input)).map((layer) => ({ LayerName: layer.name, LayerArn: layerArn(layer), LatestMatchingVersion: listedLayerView(layer) })),
    ...(layers.length > size && last ? { NextMarker: markerOf(last.name) } : {}),
  };
};
