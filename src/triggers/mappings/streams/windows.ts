// Tumbling windows: records of one span of time share a state, which each invocation hands to the next until the window's last.

export interface TumblingWindow {
  readonly startMs: number;
  readonly endMs: number;
}

/** What is kept of a window between two invocations. */
export interface OpenWindow extends TumblingWindow {
  /** JSON. */
  readonly state: unknown;
}

export function windowOf(arrivedMs: number, seconds: number): TumblingWindow {
  const lengthMs = seconds * 1000;
  const startMs = Math.floor(arrivedMs / lengthMs) * lengthMs;
  return { startMs, endMs: startMs + lengthMs };
}

/** What an event says of its window, beside the records. */
export function windowFields(window: OpenWindow, how: { readonly final: boolean; readonly early: boolean }, place: { readonly shardId: string; readonly streamArn: string }) {
  return {
    window: { start: secondsIso(window.startMs), end: secondsIso(window.endMs) },
    state: window.state,
    shardId: place.shardId,
    eventSourceARN: place.streamArn,
    isFinalInvokeForWindow: how.final,
    isWindowTerminatedEarly: how.early,
  };
}

/** `2026-11-25T23:18:00Z` */
const secondsIso = (ms: number): string => `${new Date(ms).toISOString().slice(0, 19)}Z`;

/** AWS: per shard; a window with more ends early. */
const STATE_BYTES_MAX = 1024 * 1024;

/** The state in an answer; undefined when there is none, which makes the invocation a failure. */
export function stateIn(payload: Uint8Array): { readonly state: unknown; readonly tooLarge: boolean } | undefined {
  try {
    const answer: unknown = JSON.parse(Buffer.from(payload).toString());
    if (typeof answer !== "object" || answer === null || !("state" in answer) || typeof answer.state !== "object" || answer.state === null) return undefined;
    return { state: answer.state, tooLarge: Buffer.byteLength(JSON.stringify(answer.state)) > STATE_BYTES_MAX };
  } catch {
    return undefined;
  }
}
