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

export interface LogGroup extends Scope {
  /** Unique for all time: a group recreated under the same name has another. */
  readonly id: string;
  readonly name: string;
  readonly createdMs: number;
  /** Absent: events never expire. */
  readonly retentionDays?: number;
  readonly tags: Readonly<Record<string, string>>;
}

export interface LogStream {
  readonly id: string;
  readonly name: string;
  readonly createdMs: number;
  /** Earliest and latest timestamp of any event ever taken in; absent while the stream is empty. */
  readonly firstMs?: number;
  readonly lastMs?: number;
  readonly ingestedMs?: number;
  /** Bytes of the events kept, as stored. */
  readonly bytes: number;
}

/** Where an event stands in the order of reading: by timestamp, then by ingestion. */
export interface Position {
  readonly timestampMs: number;
  /** Of the chunk the event came in; grows with ingestion. */
  readonly seq: number;
  readonly streamId: string;
  /** Within the chunk. */
  readonly index: number;
}

export interface StoredEvent extends Position, LogEvent {
  readonly stream: string;
  readonly ingestedMs: number;
}

export interface TimeRange {
  /** Inclusive. */
  readonly fromMs: number;
  /** Exclusive. */
  readonly toMs: number;
}

/** Called with each event in order; answering false ends the scan. */
export type Visit = (event: StoredEvent) => boolean;

/** Everything the doors need to know about logs; see `openLogGroups`. */
export interface LogGroups extends LogSink, AsyncDisposable {
  readonly groups: GroupRecords;
  readonly streams: StreamRecords;
  readonly events: LogEvents;
  /** Removes expired events and the data of deleted groups and streams; runs by itself from time to time. Resolves to the chunks removed. */
  sweep(): Promise<number>;
}

export interface ByName {
  readonly prefix: string;
  readonly after?: string;
  /** At most `limits.store.listMax`. */
  readonly limit: number;
  readonly descending?: boolean;
}

export interface GroupRecords {
  /** False when the name is taken. */
  create(scope: Scope, name: string, settings: Pick<LogGroup, "tags" | "retentionDays">): Promise<boolean>;
  find(scope: Scope, name: string): Promise<LogGroup | undefined>;
  /** By name, those that start with `prefix`, beyond `after` (exclusive) in the direction of the list. */
  list(scope: Scope, query: ByName): Promise<readonly LogGroup[]>;
  /** False when there is no such group. */
  update(scope: Scope, name: string, change: (group: LogGroup) => Pick<LogGroup, "tags" | "retentionDays">): Promise<boolean>;
  /** False when there was none. Streams and events are gone for every reader at once; their space is given back later. */
  remove(scope: Scope, name: string): Promise<boolean>;
  storedBytes(group: LogGroup): Promise<number>;
}

export interface StreamRecords {
  /** False when the name is taken. */
  create(group: LogGroup, name: string): Promise<boolean>;
  find(group: LogGroup, name: string): Promise<LogStream | undefined>;
  /** By name, those that start with `prefix`, beyond `after` (exclusive) in the direction of the list. */
  list(group: LogGroup, query: ByName): Promise<readonly LogStream[]>;
  remove(group: LogGroup, name: string): Promise<boolean>;
}

export interface LogEvents {
  /** Durable when it resolves; false when the stream (or its group) is gone. */
  put(group: LogGroup, stream: string, events: readonly LogEvent[]): Promise<boolean>;
  /** Events of several streams, merged in order, strictly after `after`. */
  forward(group: LogGroup, streams: readonly LogStream[], range: TimeRange, after: Position | undefined, visit: Visit): Promise<void>;
  /** Events of one stream, latest first, strictly before `before`. */
  backward(group: LogGroup, stream: LogStream, range: TimeRange, before: Position | undefined, visit: Visit): Promise<void>;
}

export function comparePositions(a: Position, b: Position): number {
  return a.timestampMs - b.timestampMs || a.seq - b.seq || (a.streamId < b.streamId ? -1 : a.streamId > b.streamId ? 1 : a.index - b.index);
}
