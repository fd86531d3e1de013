// The Store port: reads from the reading connection, commits through the writer, and tells the watchers of all ports.
import type { DatabaseSync, StatementSync } from "node:sqlite";
import { limits } from "../../kernel/limits.ts";
import type { BlobRef } from "../../ports/blobs.ts";
import type { QueueNews } from "../../ports/queue.ts";
import type { Commit, Entry, Key, Range, Store, Text, Write } from "../../ports/store.ts";
import type { BlobHolds } from "./blob-files.ts";
import { isBlobHash } from "./blob-path.ts";
import { decodeKey, encodeKey, encodePlace, endOfPrefix, isWritable, keyBytes } from "./key-encoding.ts";
import { encodeName, leaseNumbers, wholeMs } from "./names.ts";
import type { Committed, WriteOp } from "./operations.ts";
import { reaching } from "./reaching.ts";
import type { Space } from "./space.ts";
import { type Bytes, type Encoded, decodeValue, encodeValue, packBytes } from "./value-encoding.ts";
import type { Watchers } from "./watchers.ts";
import type { Writer } from "./writer.ts";

export interface StoreDeps {
  readonly reading: DatabaseSync;
  readonly writer: Writer;
  readonly holds: BlobHolds;
  readonly space: Space;
  readonly watchers: { readonly keys: Watchers<Key>; readonly queues: Watchers<QueueNews>; readonly streams: Watchers<string> };
}

export function createStore({ reading, writer, holds, watchers, space }: StoreDeps): Store {
  const one = reading.prepare("SELECT value, version FROM entry WHERE key = ?");
  const oneText = reading.prepare("SELECT value FROM entry WHERE key = ?");
  const textsForward = reading.prepare("SELECT value FROM entry WHERE key >= ? AND key < ? ORDER BY key LIMIT ?");
  const textsBackward = reading.prepare("SELECT value FROM entry WHERE key >= ? AND key < ? ORDER BY key DESC LIMIT ?");
  for (const statement of [oneText, textsForward, textsBackward]) statement.setReturnArrays(true);
  const forward = reading.prepare("SELECT key, value, version FROM entry WHERE key >= ? AND key < ? ORDER BY key LIMIT ?");
  const backward = reading.prepare("SELECT key, value, version FROM entry WHERE key >= ? AND key < ? ORDER BY key DESC LIMIT ?");

  return {
    get: async <T>(key: Key): Promise<Entry<T> | undefined> => {
      if (!isWritable(key)) return undefined;
      const bytes = keyBytes(encodeKey(key));
      const row = reaching("store.get", () => one.get(bytes));
      return row && { key, value: decodeValue(row["value"]) as T, version: Number(row["version"]) };
    },
    list: async <T>(range: Range): Promise<readonly Entry<T>[]> => {
      if (!isWritable(range.prefix)) return [];
      const { start, end } = boundsOf(range);
      const statement: StatementSync = range.reverse === true ? backward : forward;
      const rows = reaching("store.list", () => statement.all(keyBytes(start), keyBytes(end), range.limit));
      return rows.map((row) => ({ key: decodeKey(row["key"] as Uint8Array), value: decodeValue(row["value"]) as T, version: Number(row["version"]) }));
    },
    text: async (key) => (isWritable(key) ? textOf(reaching("store.text", () => oneText.get(keyBytes(encodeKey(key))))) : undefined),
    texts: async (range) => {
      if (!isWritable(range.prefix)) return [];
      const { start, end } = boundsOf(range);
      const statement = range.reverse === true ? textsBackward : textsForward;
      return reaching("store.texts", () => statement.all(keyBytes(start), keyBytes(end), range.limit)).map((row) => textOf(row) ?? "");
    },
    commit: async (checks, writes): Promise<Commit> => {
      if (!writes.some(({ kind }) => kind in freeing)) space.demand("commit");
      const transfer: ArrayBuffer[] = [];
      const op = {
        kind: "commit" as const,
        checks: checks.filter(({ key }) => isWritable(key)).map(({ key, version }) => [encodeKey(key), version] as const),
        writes: writes.map((write) => encodeWrite(write, transfer)),
      };
      const refs = writes.flatMap((write) => (write.kind === "hold" ? [write.blob] : []));
      const removal = holds.begin(refs);
      let done: Committed | undefined;
      try {
        if (removal) await removal;
        done = await writer.submit(op, transfer);
      } finally {
        holds.end(refs, done !== undefined);
      }
      if (!done) return { ok: false };
      for (const hash of done.freed) holds.freed(hash);
      tell(writes, op.writes, done.version, watchers);
      return { ok: true, version: done.version, appended: done.appended };
    },
    watch: (prefix, listener) => watchers.keys.add(encodeKey(prefix), listener),
  };
}

/** The one column of a row that is read as an array. */
const textOf = (row: unknown): Text | undefined => (row as readonly [Text] | undefined)?.[0];

/** What gives space back, now or soon, and therefore may use the last of it. */
const freeing = { delete: true, ack: true, release: true };

function boundsOf({ prefix, from, after, before, limit }: Range): { readonly start: string; readonly end: string } {
  if (!(Number.isInteger(limit) && limit >= 0 && limit <= limits.store.listMax)) {
    throw new RangeError(`a list's limit is a whole number up to ${limits.store.listMax}, not ${limit}`);
  }
  const whole = encodeKey(prefix);
  let start = whole;
  let end = endOfPrefix(whole);
  if (from) start = later(start, encodePlace(from));
  // The least key after a key is its first extension: no encoding goes on with a zero byte, so this lies between the two.
  if (after) start = later(start, `${encodePlace(after)}\0`);
  if (before) end = earlier(end, encodePlace(before));
  return { start, end };
}

const later = (a: string, b: string): string => (a > b ? a : b);
const earlier = (a: string, b: string): string => (a < b ? a : b);

function encodeWrite(write: Write, transfer: ArrayBuffer[]): WriteOp {
  switch (write.kind) {
    case "set": return { kind: "set", key: encodeKey(write.key), value: encodeMovable(write.value, "a value", transfer) };
    case "delete": return { kind: "delete", key: encodeKey(write.key) };
    case "append": return { kind: "append", stream: encodeName(write.stream, "a stream"), data: encodeMovable(write.data, "a record", transfer, limits.store.recordBytesMax) };
    case "enqueue": return {
      kind: "enqueue", queue: encodeName(write.queue, "a queue"), delayMs: wholeMs(write.delayMs, "a delay"),
      meta: encodeMovable(write.meta, "a message's meta", transfer), body: movable(packBytes(write.body, "a message"), transfer),
      group: write.group === undefined ? undefined : encodeName(write.group, "a message group"),
    };
    case "ack": return { kind: "ack", ...leaseNumbers(write.lease) };
    case "hold": return { kind: "hold", hash: hashOf(write.blob.id), owner: encodeKey(write.owner), inline: inlineOf(write.blob, transfer) };
    case "release": return { kind: "release", hash: hashOf(write.blobId), owner: encodeKey(write.owner) };
  }
}

const inlineOf = ({ inline }: BlobRef, transfer: ArrayBuffer[]): Bytes | undefined => inline && movable(packBytes(inline, "an inline blob"), transfer);

function hashOf(id: string): string {
  if (!isBlobHash(id)) throw new TypeError("a blob's id is the SHA-256 of its content in lower-case hex");
  return id;
}

function encodeMovable(value: unknown, what: string, transfer: ArrayBuffer[], bytesMax?: number): Encoded {
  const encoded = encodeValue(value, what, bytesMax);
  if ("raw" in encoded) movable(encoded.raw, transfer);
  return encoded;
}

function movable(bytes: Bytes, transfer: ArrayBuffer[]): Bytes {
  if (typeof bytes !== "string") transfer.push(bytes.buffer);
  return bytes;
}

function tell(writes: readonly Write[], encoded: readonly WriteOp[], version: number, { keys, queues, streams }: StoreDeps["watchers"]): void {
  if (keys.idle && queues.idle && streams.idle) return;
  writes.forEach((write, index) => {
    const op = encoded[index];
    if ((write.kind === "set" || write.kind === "delete") && (op?.kind === "set" || op?.kind === "delete")) keys.tell(op.key, write.key);
    else if (write.kind === "enqueue" && op?.kind === "enqueue") queues.tell(op.queue, { queue: write.queue, entered: write, afterId: version });
    else if (write.kind === "append" && op?.kind === "append") streams.tell(op.stream, write.stream);
  });
}
