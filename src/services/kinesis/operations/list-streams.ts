// ListStreams: by name, a page at a time.
import type { Op } from "../op.ts";
import { decodeToken, encodeToken } from "../tokens.ts";
import { headView } from "../views.ts";

/** AWS: streams per answer, when no limit or a greater one is given. */
const PAGE = 100;

export const listStreams: Op<"ListStreams"> = async ({ Limit = PAGE, ExclusiveStartStreamName, NextToken }, context) => {
  const { account, region, streams, clock } = context;
  const limit = Math.min(Limit, PAGE);
  const after = NextToken === undefined ? ExclusiveStartStreamName : decodeToken(NextToken, clock.now(), (content) => typeof content === "string");
  const found = await streams.list({ account, region }, { after, limit: limit + 1 });
  const page = found.slice(0, limit);
  const last = page.at(-1);
  return {
    StreamNames: page.map(({ name }) => name),
    HasMoreStreams: found.length > limit,
    StreamSummaries: page.map(headView),
    ...(found.length > limit && last ? { NextToken: encodeToken(last.name, clock.now()) } : {}),
  };
};
