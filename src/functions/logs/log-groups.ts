// Log groups, streams and events as the heart writes them and the CloudWatch Logs door reads them.
import type { Scope } from "../function.ts";

export interface LogEvent {
  readonly timestampMs: number;
  readonly message: string;
}

/** Where a running instance writes. Buffered: events are committed in groups after the answer has gone; `flush` waits for durability. */
export interface LogSink {
  /** Creates group and stream lazily. Never throws, never waits; a full disk is reported once to the operator's log. */
  write(scope: Scope, group: string, stream: string, event: LogEvent): void;
  flush(): Promise<void>;
}
