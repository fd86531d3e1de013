// One instance's voice: the platform's lines and the function's own, in order, into one log stream, and live to whoever has subscribed.
import type { Version } from "../function.ts";
import { platformRecord, type PlatformEvent } from "../invocations/platform-events.ts";
import { platformLine } from "../invocations/platform-lines.ts";
import type { LogTail } from "../invocations/log-tail.ts";
import type { LogSink } from "../logs/log-groups.ts";
import type { LogLine } from "../runner.ts";
import { TRACES_GROUP } from "../tracing/segments.ts";
import { telemetryHub, type TelemetryHub } from "../telemetry/hub.ts";

export interface InstanceLog {
  readonly stream: string;
  readonly telemetry: TelemetryHub;
  /** Somebody reads more of an event than the text of its line. */
  readonly detailed: boolean;
  line(line: LogLine): void;
  platform(event: PlatformEvent, atMs: number): void;
  /** A segment of a trace, as one line of JSON. */
  segment(document: string, atMs: number): void;
  /** From now on lines also go here; undefined: nowhere else. */
  collect(tail: LogTail | undefined): void;
}

export function instanceLog(version: Version, stream: string, sink: Pick<LogSink, "write">): InstanceLog {
  let tail: LogTail | undefined;
  const { group, format } = version.settings.logs;
  const telemetry = telemetryHub();
  const write = (timestampMs: number, message: string): void => {
    sink.write(version, group, stream, { timestampMs, message });
    tail?.add(message);
  };
  return {
    stream, telemetry,
    get detailed() {
      return format === "JSON" || telemetry.heard;
    },
    // Messages end as the original's do: with the newline the function wrote.
    line: ({ atMs, text, source }) => {
      write(atMs, `${text}\n`);
      if (telemetry.heard) telemetry.publish({ atMs, type: source ?? "function", record: `${text}\n` });
    },
    platform: (event, atMs) => {
      const message = platformLine(event, version, atMs);
      if (message !== undefined) write(atMs, message);
      if (telemetry.heard && event.kind !== "runtimeNote") for (const told of toldBy(event, version)) telemetry.publish({ atMs, ...told });
    },
    segment: (document, atMs) => sink.write(version, TRACES_GROUP, version.name, { timestampMs: atMs, message: document }),
    collect: (next) => {
      tail = next;
    },
  };
}

/** The older API has two events of its own: the end of an invocation, and what the function died of. */
function toldBy(event: Exclude<PlatformEvent, { readonly kind: "runtimeNote" }>, version: Version): readonly { readonly type: string; readonly record: unknown }[] {
  const told = platformRecord(event, version);
  if (event.kind !== "end") return [told];
  const { ending, requestId } = event;
  const end = { type: "platform.end", record: { requestId } };
  if (ending.status !== "failure" && ending.status !== "timeout") return [told, end];
  return [told, { type: "platform.fault", record: `${messageOf(ending.payload)}\n${ending.errorType ?? ""}` }, end];
}

function messageOf(payload: Uint8Array): string {
  const text = Buffer.from(payload).toString();
  try {
    const { errorMessage } = JSON.parse(text) as { readonly errorMessage?: unknown };
    return typeof errorMessage === "string" ? errorMessage : text;
  } catch {
    // A custom runtime may report whatever it likes.
    return text;
  }
}
