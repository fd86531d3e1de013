// PublishLayerVersion: an archive under the layer's next number.
import { packageFrom, requireSize } from "../code.ts";
import { layerNamed, layerView } from "../layers.ts";
import type { Op } from "../op.ts";

export const publishLayerVersion: Op<"PublishLayerVersion"> = async (input, context) => {
  requireSize(context);
  const code = await packageFrom(input.Content ?? {}, context);
  const layer = await context.heart.layers.publish(layerNamed(input.LayerName, context), code, {
    description: input.Description ?? "",
    runtimes: input.CompatibleRuntimes ?? [],
    architectures: input.CompatibleArchitectures ?? [],
    license: input.LicenseInfo,
  });
  return layerView(layer, context);
};
