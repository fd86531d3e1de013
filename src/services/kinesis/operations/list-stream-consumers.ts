// ListStreamConsumers: by name, a page at a time.
import { invalidArgument } from "../faults.ts";
import { streamOf } from "../lookup.ts";
import type { Op } from "../op.ts";
import { decodeToken, encodeToken } from "../tokens.ts";
import { consumerView } from "../views.ts";

/** AWS: consumers per answer when no maximum is given. */
const PAGE = 100;

export const listStreamConsumers: Op<"ListStreamConsumers"> = async ({ NextToken, MaxResults = PAGE, StreamCreationTimestamp: created, ...naming }, context) => {
  const nowMs = context.clock.now();
  const stream = await streamOf(naming, context);
  if (created !== undefined && Math.floor(created.getTime() / 1000) !== Math.floor(stream.createdMs / 1000)) throw invalidArgument("StreamCreationTimestamp is not that of the stream.");
  const after = NextToken === undefined ? "" : decodeToken(NextToken, nowMs, (content) => typeof content === "string");
  const consumers = stream.consumers.filter(({ name }) => name > after).sort((a, b) => (a.name < b.name ? -1 : 1));
  const page = consumers.slice(0, MaxResults);
  const last = page.at(-1);
  return {
    Consumers: page.map((consumer) => consumerView(stream, consumer)),
    ...(consumers.length > MaxResults && last ? { NextToken: encodeToken(last.name, nowMs) } : {}),
  };
};
