// DeleteLayerVersion: nobody can choose it any more; functions that have it keep it, and one that is not there is no error.
import { layerNamed, requireNumber } from "../layers.ts";
import type { Op } from "../op.ts";

export const deleteLayerVersion: Op<"DeleteLayerVersion"> = async ({ LayerName, VersionNumber }, context) => {
  await context.heart.layers.remove(layerNamed(LayerName, context), requireNumber(VersionNumber));
  context.reply.status = 204;
  return {};
};
