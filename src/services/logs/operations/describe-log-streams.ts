// DescribeLogStreams: by name, or by the time of the latest event.
import type { LogGroup, LogStream } from "../../../functions/logs/log-groups.ts";
import { limits } from "../../../kernel/limits.ts";
import { groupGiven, invalidParameter } from "../lookup.ts";
import type { LogsContext, Op } from "../op.ts";
import { decodeToken, encodeToken, invalidToken, streamView } from "../views.ts";

/** AWS: default and greatest page. */
const PAGE = 50;

export const describeLogStreams: Op<"DescribeLogStreams"> = async (input, context) => {
  const { logStreamNamePrefix: prefix, orderBy = "LogStreamName", descending = false, limit = PAGE, nextToken } = input;
  const group = await groupGiven(context, input.logGroupName, input.logGroupIdentifier);
  if (orderBy === "LastEventTime" && prefix !== undefined) throw invalidParameter("Cannot order by LastEventTime with a logStreamNamePrefix.");
  const token = nextToken === undefined ? undefined : decodeToken(nextToken);
  const page = orderBy === "LastEventTime" ? await byLastEvent(context, group, descending, token, limit) : await byName(context, group, prefix ?? "", descending, token, limit);
  return { logStreams: page.streams.map((stream) => streamView(group, stream)), ...(page.token === undefined ? {} : { nextToken: encodeToken(page.token) }) };
};

interface Page {
  readonly streams: readonly LogStream[];
  readonly token: string | undefined;
}

async function byName({ logs }: LogsContext, group: LogGroup, prefix: string, descending: boolean, after: string | undefined, limit: number): Promise<Page> {
  const found = await logs.streams.list(group, { prefix, after, descending, limit: limit + 1 });
  const streams = found.slice(0, limit);
  return { streams, token: found.length > limit ? streams.at(-1)?.name : undefined };
}

/** Streams without events count as the oldest. The token is the last stream's time and name, so a stream that grows between pages is at worst seen twice. */
async function byLastEvent({ logs }: LogsContext, group: LogGroup, descending: boolean, token: string | undefined, limit: number): Promise<Page> {
  const all: LogStream[] = [];
  for (let after: string | undefined; ; after = all.at(-1)?.name) {
    const page = await logs.streams.list(group, { prefix: "", after, limit: limits.store.listMax });
    all.push(...page);
    if (page.length < limits.store.listMax) break;
  }
  const direction = descending ? -1 : 1;
  const compare = (a: Pick<LogStream, "lastMs" | "name">, b: Pick<LogStream, "lastMs" | "name">): number => direction * ((a.lastMs ?? 0) - (b.lastMs ?? 0) || (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
  const start = token === undefined ? undefined : parseToken(token);
  const rest = all.sort(compare).filter((stream) => !start || compare(stream, start) > 0);
  const streams = rest.slice(0, limit);
  const last = streams.at(-1);
  return { streams, token: last && rest.length > limit ? `${last.lastMs ?? 0}:${last.name}` : undefined };
}

function parseToken(token: string): Pick<LogStream, "lastMs" | "name"> {
  const match = /^(\d+):(.+)$/s.exec(token);
  if (!match) throw invalidToken();
  return { lastMs: Number(match[1]), name: match[2] ?? "" };
}
