// GetLogEvents: one stream, a page at a time in either direction; a token at the end of the stream answers itself until more comes.
import type { Position, StoredEvent } from "../../../functions/logs/log-groups.ts";
import { limits } from "../../../kernel/limits.ts";
import { groupGiven, invalidParameter, streamNamed } from "../lookup.ts";
import type { Op } from "../op.ts";
import { decodePosition, encodePosition, invalidToken } from "../views.ts";

export const getLogEvents: Op<"GetLogEvents"> = async (input, context) => {
  const { logStreamName = "", startTime = 0, endTime = Number.MAX_SAFE_INTEGER, nextToken, limit = limits.logs.getEventsMax, startFromHead = false } = input;
  if (startTime > endTime) throw invalidParameter("End time should be greater than or equal to start time.");
  const group = await groupGiven(context, input.logGroupName, input.logGroupIdentifier);
  const stream = await streamNamed(context, group, logStreamName);
  const token = nextToken === undefined ? undefined : parseToken(nextToken);
  const range = { fromMs: startTime, toMs: endTime };
  const events: StoredEvent[] = [];
  const visit = pageOf(events, limit);
  const forward = token ? token.forward : startFromHead;
  if (forward) await context.logs.events.forward(group, [stream], range, token?.position, visit);
  else await context.logs.events.backward(group, stream, range, token?.position, visit);
  if (!forward) events.reverse();
  // An empty page stands where it was asked: a poller that follows the forward token misses nothing that comes later.
  const [first = edge(token?.position, startTime), last = edge(token?.position, startTime)] = [events[0], events.at(-1)];
  return {
    events: events.map(({ timestampMs, message, ingestedMs }) => ({ timestamp: timestampMs, message, ingestionTime: ingestedMs })),
    nextForwardToken: `f/${encodePosition(last)}/s`,
    nextBackwardToken: `b/${encodePosition(first)}/s`,
  };
};

/** Collects until the page has `limit` events or the reply's size is reached. */
export function pageOf(events: StoredEvent[], limit: number): (event: StoredEvent) => boolean {
  let bytes = 0;
  return (event) => {
    bytes += Buffer.byteLength(event.message) + limits.logs.eventOverheadBytes;
    if (events.length > 0 && bytes > limits.logs.replyBytesMax) return false;
    return events.push(event) < limit;
  };
}

/** Before every event at or after `startMs`. */
const edge = (position: Position | undefined, startMs: number): Position => position ?? { timestampMs: startMs, seq: 0, streamId: "", index: -1 };

function parseToken(token: string): { readonly forward: boolean; readonly position: Position } {
  const match = /^([fb])\/(.+)\/s$/.exec(token);
  if (!match) throw invalidToken();
  return { forward: match[1] === "f", position: decodePosition(match[2] ?? "") };
}
