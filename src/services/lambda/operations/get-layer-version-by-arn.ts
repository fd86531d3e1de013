// GetLayerVersionByArn: the same, asked by ARN.
import { layerVersionNamed, layerView, noSuchResource, requireLayerVersion } from "../layers.ts";
import type { Op } from "../op.ts";

export const getLayerVersionByArn: Op<"GetLayerVersionByArn"> = async ({ Arn }, context) => {
  const at = layerVersionNamed(Arn);
  if (!at) throw noSuchResource();
  return layerView(await requireLayerVersion(at, at.version, context, noSuchResource()), context);
};
