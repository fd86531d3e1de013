// FilterLogEvents: the events of a group's streams, merged in time order, that match a pattern.
import type { LogGroup, LogStream, Position, StoredEvent } from "../../../functions/logs/log-groups.ts";
import { compilePattern } from "../../../functions/logs/pattern/filter-pattern.ts";
import { limits } from "../../../kernel/limits.ts";
import { groupGiven, invalidParameter, notYet, streamNamed } from "../lookup.ts";
import type { LogsContext, Op } from "../op.ts";
import { decodePosition, decodeToken, encodePosition, encodeToken, eventId } from "../views.ts";
import { pageOf } from "./get-log-events.ts";

/** Ours: events looked at per call; a rare pattern answers an empty page with a token, as the original may. */
const SCANNED_MAX = 100_000;

export const filterLogEvents: Op<"FilterLogEvents"> = async (input, context) => {
  const { logStreamNames, logStreamNamePrefix, startTime = 0, endTime = Number.MAX_SAFE_INTEGER, filterPattern = "", nextToken, limit = limits.logs.getEventsMax } = input;
  if (input.unmask) throw notYet("unmask");
  if (startTime > endTime) throw invalidParameter("End time should be greater than or equal to start time.");
  if (logStreamNames && logStreamNamePrefix !== undefined) throw invalidParameter("Only one of logStreamNames and logStreamNamePrefix may be specified");
  const matches = compilePattern(filterPattern);
  const group = await groupGiven(context, input.logGroupName, input.logGroupIdentifier);
  const streams = await streamsOf(context, group, logStreamNames, logStreamNamePrefix ?? "");
  const after = nextToken === undefined ? undefined : decodePosition(decodeToken(nextToken));
  const events: StoredEvent[] = [];
  const add = pageOf(events, limit);
  let stopped: Position | undefined;
  let seen: Position | undefined;
  let scanned = 0;
  // The end is inclusive here, unlike in GetLogEvents.
  await context.logs.events.forward(group, streams, { fromMs: startTime, toMs: endTime + 1 }, after, (event) => {
    if (matches(event.message)) {
      const before = events.length;
      const goOn = add(event);
      if (events.length === before) stopped = seen ?? after;
      else if (!goOn) stopped = event;
    }
    seen = event;
    if (!stopped && ++scanned >= SCANNED_MAX) stopped = event;
    return !stopped;
  });
  return {
    events: events.map((event) => ({ logStreamName: event.stream, timestamp: event.timestampMs, message: event.message, ingestionTime: event.ingestedMs, eventId: eventId(event) })),
    searchedLogStreams: [],
    ...(stopped ? { nextToken: encodeToken(encodePosition(stopped)) } : {}),
  };
};

async function streamsOf(context: LogsContext, group: LogGroup, names: readonly string[] | undefined, prefix: string): Promise<readonly LogStream[]> {
  if (names) return Promise.all([...new Set(names)].map((name) => streamNamed(context, group, name)));
  const streams: LogStream[] = [];
  for (let after: string | undefined; ; after = streams.at(-1)?.name) {
    const page = await context.logs.streams.list(group, { prefix, after, limit: limits.store.listMax });
    streams.push(...page);
    if (page.length < limits.store.listMax) return streams;
  }
}
