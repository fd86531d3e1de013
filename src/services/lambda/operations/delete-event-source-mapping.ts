// DeleteEventSourceMapping: takes in nothing more; the mapping goes when the batches that run have ended.
import { noMapping, requireSteady } from "../event-sources.ts";
import { mappingView } from "../event-source-view.ts";
import type { Op } from "../op.ts";

export const deleteEventSourceMapping: Op<"DeleteEventSourceMapping"> = async ({ UUID = "" }, context) => {
  const mapping = await context.mappings.remove(context, UUID, (now) => requireSteady(now, "delete"));
  if (!mapping) throw noMapping();
  return mappingView(mapping, context);
};
