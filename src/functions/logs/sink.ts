// The heart's pen: takes log lines without waiting and commits them in groups, in order per stream, in bounded memory.
import type { Clock } from "../../kernel/clock.ts";
import { Outage } from "../../kernel/fault.ts";
import { limits } from "../../kernel/limits.ts";
import type { Scope } from "../function.ts";
import type { LogEvent, LogSink } from "./log-groups.ts";
import type { Batch, Writer } from "./writer.ts";

/** The operator's log, as narrow as this room needs it. */
export interface LogsLogger {
  warn(fields: object, sentence: string): void;
  error(fields: object, sentence: string): void;
}

interface SinkDeps {
  readonly writer: Pick<Writer, "write">;
  readonly clock: Clock;
  readonly logger: LogsLogger;
}

export interface OpenSink extends LogSink {
  /** Like `flush`, but returns at once while the store is failing: for readers, who must not hang with it. */
  settle(): Promise<void>;
  /** Writes what is there, one last try; then refuses more. */
  close(): Promise<void>;
}

/** Ours: how long lines wait for company. */
const FLUSH_MS = 100;
/** Ours: this much does not wait. */
const FLUSH_BYTES = 1024 * 1024;
/** Ours: beyond this, lines are dropped and counted rather than the server's memory filled. */
const PENDING_BYTES_MAX = 64 * 1024 * 1024;
/** Ours: bytes of events in one commit. */
const COMMIT_BYTES_MAX = 4 * 1024 * 1024;
/** Ours: what an event costs in memory beside its text. */
const EVENT_OVERHEAD_BYTES = 100;
const RETRY_MS_MIN = 100;
const RETRY_MS_MAX = 5_000;

interface Pending {
  readonly scope: Scope;
  readonly group: string;
  readonly stream: string;
  readonly events: LogEvent[];
  bytes: number;
  dropped: number;
}

export function openSink({ writer, clock, logger }: SinkDeps): OpenSink {
  let pending = new Map<string, Pending>();
  let pendingBytes = 0;
  let running: Promise<void> | undefined;
  let cancelTimer: (() => void) | undefined;
  let failing = false;
  const closing = new AbortController();

  const take = (): Pending[] => {
    cancelTimer?.();
    cancelTimer = undefined;
    const taken = [...pending.values()];
    pending = new Map();
    return taken;
  };

  /** Writes one slice, again and again until the store takes it; when closing, once. */
  const writeSlice = async (slice: readonly Pending[]): Promise<void> => {
    const batches = slice.map((entry) => toBatch(entry, clock.now()));
    for (let waitMs = RETRY_MS_MIN; ; waitMs = Math.min(waitMs * 2, RETRY_MS_MAX)) {
      try {
        await writer.write(batches);
        failing = false;
        return;
      } catch (error) {
        const lines = slice.reduce((sum, { events }) => sum + events.length, 0);
        if (closing.signal.aborted || !(error instanceof Outage)) {
          logger.error({ err: error, lines }, "Log lines of functions are lost because they could not be stored");
          return;
        }
        if (!failing) logger.error({ err: error, lines }, "Log lines of functions can not be stored; they are kept in memory and tried again");
        failing = true;
      }
      await clock.sleep(waitMs, closing.signal).catch(() => undefined);
    }
  };

  /** One group: what comes meanwhile waits for the next, or a busy function would have a commit for every few lines. */
  const drain = async (): Promise<void> => {
    for (const slice of slices(take())) {
      await writeSlice(slice);
      pendingBytes -= slice.reduce((sum, { bytes }) => sum + bytes, 0);
    }
  };

  const start = (): Promise<void> => {
    running ??= drain().finally(() => {
      running = undefined;
      schedule();
    });
    return running;
  };

  const schedule = (): void => {
    if (running || pending.size === 0) return;
    if (pendingBytes >= FLUSH_BYTES) void start();
    else cancelTimer ??= clock.after(FLUSH_MS, () => void start());
  };

  const flush = async (): Promise<void> => {
    await running;
    while (pending.size > 0) await start();
  };

  const add = (scope: Scope, group: string, stream: string, event: LogEvent): void => {
    const name = `${scope.account}\0${scope.region}\0${group}\0${stream}`;
    let entry = pending.get(name);
    if (!entry) pending.set(name, (entry = { scope: { account: scope.account, region: scope.region }, group, stream, events: [], bytes: 0, dropped: 0 }));
    const bytes = event.message.length + EVENT_OVERHEAD_BYTES;
    if (pendingBytes + bytes > PENDING_BYTES_MAX) {
      if (entry.dropped++ === 0) logger.error({ group, stream, pendingBytes }, "Log lines of functions are dropped because the store does not keep up");
      return;
    }
    entry.events.push(event);
    entry.bytes += bytes;
    pendingBytes += bytes;
  };

  return {
    write: (scope, group, stream, event) => {
      if (closing.signal.aborted) {
        logger.warn({ group, stream }, "A log line came after the logs were closed");
        return;
      }
      for (const message of splitLine(event.message)) add(scope, group, stream, { timestampMs: event.timestampMs, message });
      schedule();
    },
    flush,
    settle: async () => {
      if (!failing) await flush();
    },
    close: async () => {
      closing.abort();
      await flush();
    },
  };
}

/** What was dropped is said in the stream itself, where its reader looks. */
function toBatch({ scope, group, stream, events, dropped }: Pending, nowMs: number): Batch {
  if (dropped === 0) return { scope, group, stream, events };
  const notice = { timestampMs: nowMs, message: `[FUGAZ] ${dropped} log lines were dropped here because the log store did not keep up.` };
  return { scope, group, stream, events: [...events, notice] };
}

/** Groups entries so that no commit grows past its bound; one stream's events stay in order. */
function slices(entries: readonly Pending[]): readonly (readonly Pending[])[] {
  const result: Pending[][] = [];
  let bytes = Infinity;
  for (const entry of entries) {
    for (const part of splitEntry(entry)) {
      if (bytes + part.bytes > COMMIT_BYTES_MAX) {
        result.push([]);
        bytes = 0;
      }
      result.at(-1)?.push(part);
      bytes += part.bytes;
    }
  }
  return result;
}

function splitEntry(entry: Pending): readonly Pending[] {
  if (entry.bytes <= COMMIT_BYTES_MAX) return [entry];
  const parts: Pending[] = [];
  for (const event of entry.events) {
    const bytes = event.message.length + EVENT_OVERHEAD_BYTES;
    let part = parts.at(-1);
    if (!part || part.bytes + bytes > COMMIT_BYTES_MAX) parts.push((part = { ...entry, events: [], bytes: 0, dropped: 0 }));
    part.events.push(event);
    part.bytes += bytes;
  }
  const last = parts.at(-1);
  if (last) last.dropped = entry.dropped;
  return parts;
}

/** Pieces of at most the limit in UTF-8, never cut inside a character. */
function splitLine(message: string): readonly string[] {
  const bytesMax = limits.functions.logLineBytesMax;
  if (message.length * 3 <= bytesMax || Buffer.byteLength(message) <= bytesMax) return [message];
  const bytes = Buffer.from(message);
  const pieces: string[] = [];
  for (let start = 0; start < bytes.length; ) {
    let end = Math.min(start + bytesMax, bytes.length);
    while (end < bytes.length && ((bytes[end] ?? 0) & 0xc0) === 0x80) end--;
    pieces.push(bytes.toString("utf8", start, end));
    start = end;
  }
  return pieces;
}
