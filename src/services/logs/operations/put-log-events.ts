// PutLogEvents: a batch in chronological order; events too old, too new or already expired are left out and reported.
import { limits } from "../../../kernel/limits.ts";
import { groupNamed, invalidParameter, streamMissing, streamNamed } from "../lookup.ts";
import type { Op } from "../op.ts";
import { uploadToken } from "../views.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** AWS: PutLogEvents, "none of the log events in the batch can be …". */
const FUTURE_MS_MAX = 2 * HOUR_MS;
const AGE_MS_MAX = 14 * DAY_MS;

interface InputEvent {
  readonly timestamp?: number | undefined;
  readonly message?: string | undefined;
}

export const putLogEvents: Op<"PutLogEvents"> = async ({ logGroupName = "", logStreamName = "", logEvents = [], entity }, context) => {
  const group = await groupNamed(context, logGroupName);
  const stream = await streamNamed(context, group, logStreamName);
  const events = logEvents.map(({ timestamp = 0, message = "" }: InputEvent) => ({ timestampMs: timestamp, message }));
  checkBatch(events);
  const nowMs = context.clock.now();
  const tooNew = events.findIndex(({ timestampMs }) => timestampMs > nowMs + FUTURE_MS_MAX);
  const tooOld = countBefore(events, nowMs - AGE_MS_MAX);
  const expired = group.retentionDays === undefined ? 0 : countBefore(events, nowMs - group.retentionDays * DAY_MS);
  const accepted = events.slice(Math.max(tooOld, expired), tooNew < 0 ? undefined : tooNew);
  if (accepted.length > 0 && !(await context.logs.events.put(group, logStreamName, accepted))) throw streamMissing();
  const rejected = {
    ...(tooNew < 0 ? {} : { tooNewLogEventStartIndex: tooNew }),
    ...(tooOld === 0 ? {} : { tooOldLogEventEndIndex: tooOld }),
    ...(expired === 0 ? {} : { expiredLogEventEndIndex: expired }),
  };
  return {
    nextSequenceToken: uploadToken(stream),
    ...(Object.keys(rejected).length === 0 ? {} : { rejectedLogEventsInfo: rejected }),
    // The events are taken, the entity is not: the original has a member to say just that.
    ...(entity === undefined ? {} : { rejectedEntityInfo: { errorType: "UnsupportedLogGroupType" as const } }),
  };
};

function checkBatch(events: readonly { readonly timestampMs: number; readonly message: string }[]): void {
  let bytes = 0;
  let previousMs = -Infinity;
  for (const { timestampMs, message } of events) {
    if (timestampMs < previousMs) throw invalidParameter("Log events in a single PutLogEvents request must be in chronological order.");
    previousMs = timestampMs;
    const size = Buffer.byteLength(message) + limits.logs.eventOverheadBytes;
    if (size > limits.logs.eventBytesMax) throw invalidParameter(`Log event too large: ${size} bytes exceeds limit of ${limits.logs.eventBytesMax}`);
    bytes += size;
  }
  if (bytes > limits.logs.putBytesMax) throw invalidParameter(`Upload too large: ${bytes} bytes exceeds limit of ${limits.logs.putBytesMax}`);
  const [first] = events;
  if (first && previousMs - first.timestampMs > DAY_MS) throw invalidParameter("The batch of log events in a single PutLogEvents request cannot span more than 24 hours.");
}

/** How many of the (ordered) events lie before a time: the exclusive end index of what is rejected. */
function countBefore(events: readonly { readonly timestampMs: number }[], timeMs: number): number {
  const first = events.findIndex(({ timestampMs }) => timestampMs >= timeMs);
  return first < 0 ? events.length : first;
}
