// GetLayerVersion: what a version holds and where to fetch it.
import { layerNamed, layerView, noSuchResource, requireLayerVersion } from "../layers.ts";
import type { Op } from "../op.ts";

export const getLayerVersion: Op<"GetLayerVersion"> = async ({ LayerName, VersionNumber }, context) =>
  layerView(await requireLayerVersion(layerNamed(LayerName, context), VersionNumber, context, noSuchResource()), context);
