// ListStreams: the streams of a table, or of all tables, those that have ended within a day too.
import { parseArn } from "../../../kernel/arn.ts";
import { invalid, requireLimit, streamArn, type Op } from "../op.ts";

/** AWS: default and greatest page. */
const PAGE = 100;

export const listStreams: Op<"ListStreams"> = async ({ TableName: given, Limit: limit = PAGE, ExclusiveStartStreamArn: start }, { tables, account, region }) => {
  requireLimit(limit, PAGE);
  const table = given?.startsWith("arn:") ? /^table\/([^/]+)/.exec(parseArn(given)?.resource ?? "")?.[1] : given;
  const [, after, label] = /:table\/([^/]+)\/stream\/(.+)$/.exec(start ?? "") ?? [];
  if (start !== undefined && (after === undefined || label === undefined)) throw invalid("Invalid StreamArn");
  const found = await tables.streams.list({ account, region }, table, after === undefined || label === undefined ? undefined : { table: after, label }, limit + 1);
  const page = found.slice(0, limit);
  const last = page.at(-1);
  return {
    Streams: page.map((stream) => ({ StreamArn: streamArn(stream), TableName: stream.table, StreamLabel: stream.label })),
    ...(found.length > page.length && last ? { LastEvaluatedStreamArn: streamArn(last) } : {}),
  };
};
