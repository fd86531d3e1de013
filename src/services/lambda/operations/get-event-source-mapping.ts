// GetEventSourceMapping: one mapping with its state.
import { noMapping } from "../event-sources.ts";
import { mappingView } from "../event-source-view.ts";
import type { Op } from "../op.ts";

export const getEventSourceMapping: Op<"GetEventSourceMapping"> = async ({ UUID = "" }, context) => {
  const mapping = await context.mappings.find(context, UUID);
  if (!mapping) throw noMapping();
  return mappingView(mapping, context);
};
