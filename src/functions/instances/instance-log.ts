// One instance's voice: the platform's lines and the function's own, in order, into one log stream.
import type { Version } from "../function.ts";
import { platformLine, type PlatformEvent } from "../invocations/platform-lines.ts";
import type { LogTail } from "../invocations/log-tail.ts";
import type { LogSink } from "../logs/log-groups.ts";
import type { LogLine } from "../runner.ts";

export interface InstanceLog {
  readonly stream: string;
  line(line: LogLine): void;
  platform(event: PlatformEvent, atMs: number): void;
  /** From now on lines also go here; undefined: nowhere else. */
  collect(tail: LogTail | undefined): void;
}

export function instanceLog(version: Version, stream: string, sink: Pick<LogSink, "write">): InstanceLog {
  let tail: LogTail | undefined;
  const { group } = version.settings.logs;
  const write = (timestampMs: number, message: string): void => {
    sink.write(version, group, stream, { timestampMs, message });
    tail?.add(message);
  };
  return {
    stream,
    // Messages end as the original's do: with the newline the function wrote.
    line: ({ atMs, text }) => write(atMs, `${text}\n`),
    platform: (event, atMs) => {
      const message = platformLine(event, version, atMs);
      if (message !== undefined) write(atMs, message);
    },
    collect: (next) => {
      tail = next;
    },
  };
}
