// The Log port: records are read by their numbers; trimming and dropping go through the writer in portions.
import type { DatabaseSync } from "node:sqlite";
import type { Log, LogRecord } from "../../ports/log.ts";
import { keyBytes } from "./key-encoding.ts";
import { encodeName, encodePrefix } from "./names.ts";
import { reaching } from "./reaching.ts";
import { decodeValue } from "./value-encoding.ts";
import type { Watchers } from "./watchers.ts";
import type { Writer } from "./writer.ts";

export interface LogDeps {
  readonly reading: DatabaseSync;
  readonly writer: Writer;
  readonly watchers: Watchers<string>;
}

export function createLog({ reading, writer, watchers }: LogDeps): Log {
  const tip = reading.prepare("SELECT tip FROM stream WHERE name = ?");
  const page = reading.prepare("SELECT seq, at_ms, data FROM record WHERE stream = (SELECT id FROM stream WHERE name = ?) AND seq > ? ORDER BY seq LIMIT ?");
  const bytesOf = (stream: string): Uint8Array => keyBytes(encodeName(stream, "a stream"));

  return {
    read: async <T>(stream: string, after: number, limit: number): Promise<readonly LogRecord<T>[]> => {
      const rows = reaching("log.read", () => page.all(bytesOf(stream), after, limit));
      return rows.map((row) => ({ seq: Number(row["seq"]), atMs: Number(row["at_ms"]), data: decodeValue(row["data"]) as T }));
    },
    tip: async (stream) => Number(reaching("log.tip", () => tip.get(bytesOf(stream)))?.["tip"] ?? 0),
    trim: async (stream, upTo) => {
      const name = encodeName(stream, "a stream");
      while ((await writer.submit({ kind: "log.trim", stream: name, upTo: Math.min(Math.floor(upTo), Number.MAX_SAFE_INTEGER) })) > 0);
    },
    drop: async (stream) => {
      await writer.submit({ kind: "log.drop", stream: encodeName(stream, "a stream") });
      await removeDropped(writer);
    },
    watch: (prefix, listener) => watchers.add(encodePrefix(prefix, "a stream"), listener),
  };
}

/** Removes, portion by portion, the records of streams that were dropped, also of those a crash left. */
export async function removeDropped(writer: Writer): Promise<void> {
  while ((await writer.submit({ kind: "log.drop", stream: undefined })) > 0);
}
