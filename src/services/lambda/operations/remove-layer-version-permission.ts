// RemoveLayerVersionPermission: one statement less.
import { layerNamed, layerVersionMissing, requireNumber } from "../layers.ts";
import type { Op } from "../op.ts";
import { withoutStatement } from "../resource-policy.ts";

export const removeLayerVersionPermission: Op<"RemoveLayerVersionPermission"> = async (input, context) => {
  const at = layerNamed(input.LayerName, context);
  const number = requireNumber(input.VersionNumber);
  const layer = await context.heart.layers.changePolicy(at, number, (current) => withoutStatement(current, input.StatementId, input.RevisionId, "GetLayerPolicy"));
  if (!layer) throw layerVersionMissing(at, number);
  context.reply.status = 204;
  return {};
};
