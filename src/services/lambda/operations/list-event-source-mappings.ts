// ListEventSourceMappings: all of them, or those of a source, a function, or both.
import { mappingView } from "../event-source-view.ts";
import { refOf } from "../function-name.ts";
import type { Op } from "../op.ts";
import { markerOf, pageSize, placeIn } from "../pages.ts";

export const listEventSourceMappings: Op<"ListEventSourceMappings"> = async ({ EventSourceArn, FunctionName, Marker, MaxItems }, context) => {
  const size = pageSize(MaxItems);
  const of = { sourceArn: EventSourceArn, function: FunctionName === undefined ? undefined : refOf(FunctionName, undefined, context) };
  const found = await context.mappings.list(context, of, placeIn(Marker, /^[0-9a-f-]{36}$/), size + 1);
  const page = found.slice(0, size);
  const last = page.at(-1);
  return { EventSourceMappings: await Promise.all(page.map((mapping) => mappingView(mapping, context))), ...(found.length > size && last ? { NextMarker: markerOf(last.id) } : {}) };
};
