// GetLayerVersionPolicy: with whom a version is shared.
import { noPolicy } from "../resource-policy.ts";
import { layerNamed, layerVersionMissing, requireLayerVersion } from "../layers.ts";
import type { Op } from "../op.ts";
import { policyText } from "../statement.ts";

export const getLayerVersionPolicy: Op<"GetLayerVersionPolicy"> = async ({ LayerName, VersionNumber }, context) => {
  const at = layerNamed(LayerName, context);
  const { policy } = await requireLayerVersion(at, VersionNumber, context, layerVersionMissing(at, VersionNumber));
  if (!policy) throw noPolicy();
  return { Policy: policyText(policy), RevisionId: policy.revisionId };
};
