// Reads events in time order out of chunks that may overlap: several streams forward, one stream backward.
import type { Store } from "../../ports/store.ts";
import { CHUNK_SPAN_MS, unpackChunk } from "./chunk.ts";
import { chunkKey, chunksOf } from "./keys.ts";
import { comparePositions, type LogEvents, type LogGroup, type LogStream, type Position, type StoredEvent, type TimeRange } from "./log-groups.ts";

/** Ours: chunks fetched at a time per stream. */
const PAGE_CHUNKS = 32;
const DAY_MS = 86_400_000;

/** The part of `range` that a group's retention leaves readable at `nowMs`. */
export function readable(group: LogGroup, range: TimeRange, nowMs: number): TimeRange {
  if (group.retentionDays === undefined) return range;
  return { fromMs: Math.max(range.fromMs, nowMs - group.retentionDays * DAY_MS), toMs: range.toMs };
}

/** Yields control of one stream's events: `ready` are in final order, `boundMs` bounds what may still come. */
interface Cursor {
  ready: StoredEvent[];
  at: number;
  boundMs: number;
  readonly fill: () => Promise<boolean>;
}

export function logReader(store: Pick<Store, "list">): Pick<LogEvents, "forward" | "backward"> {
  return {
    forward: async (_group, streams, range, after, visit) => {
      const overlapping = streams.filter(({ firstMs, lastMs }) => firstMs !== undefined && lastMs !== undefined && firstMs < range.toMs && lastMs >= range.fromMs);
      const cursors = overlapping.map((stream) => forwardCursor(store, stream, range, after));
      const heap = [...cursors].sort(byNext);
      for (;;) {
        const cursor = heap[0];
        if (!cursor) return;
        const event = cursor.ready[cursor.at];
        if (event) {
          cursor.at++;
          if (!visit(event)) return;
        } else if (!(await cursor.fill())) {
          removeTop(heap);
          continue;
        }
        sink(heap, 0);
      }
    },
    backward: async (_group, stream, range, before, visit) => {
      const cursor = backwardCursor(store, stream, range, before);
      for (;;) {
        const event = cursor.ready[cursor.at];
        if (event) {
          cursor.at++;
          if (!visit(event)) return;
        } else if (!(await cursor.fill())) return;
      }
    },
  };
}

function forwardCursor(store: Pick<Store, "list">, stream: LogStream, range: TimeRange, after: Position | undefined): Cursor {
  const fromMs = Math.max(range.fromMs, after?.timestampMs ?? -Infinity, stream.firstMs ?? 0);
  const prefix = chunksOf(stream.id);
  // A chunk that begins up to one span earlier can still hold events of the range.
  let bound: { from?: readonly (string | number)[]; after?: readonly (string | number)[] } = { from: chunkKey(stream.id, fromMs - CHUNK_SPAN_MS, 0) };
  let waiting: StoredEvent[] = [];
  let done = false;
  const cursor: Cursor = {
    ready: [], at: 0, boundMs: fromMs,
    fill: async () => {
      if (done) return false;
      const page = await store.list<Uint8Array>({ prefix, ...bound, limit: PAGE_CHUNKS });
      for (const { key, value } of page) {
        unpack(stream, Number(key[4]), value, waiting, (event) => event.timestampMs >= fromMs && event.timestampMs < range.toMs && (!after || comparePositions(event, after) > 0));
      }
      const last = page.at(-1);
      const reachedMs = Number(last?.key[3] ?? Infinity);
      done = page.length < PAGE_CHUNKS || reachedMs >= range.toMs;
      if (last) bound = { after: last.key };
      waiting.sort(comparePositions);
      // What lies before the last chunk's beginning can not be overtaken by a chunk not yet read.
      const split = done ? waiting.length : waiting.findIndex((event) => event.timestampMs >= reachedMs);
      cursor.ready = split < 0 ? waiting : waiting.slice(0, split);
      waiting = split < 0 ? [] : waiting.slice(split);
      cursor.at = 0;
      cursor.boundMs = done ? Infinity : reachedMs;
      return cursor.ready.length > 0 || !done;
    },
  };
  return cursor;
}

function backwardCursor(store: Pick<Store, "list">, stream: LogStream, range: TimeRange, before: Position | undefined): Cursor {
  const toMs = Math.min(range.toMs, (before?.timestampMs ?? Infinity) + 1);
  const prefix = chunksOf(stream.id);
  let end = Number.isFinite(toMs) ? chunkKey(stream.id, toMs, 0) : undefined;
  let waiting: StoredEvent[] = [];
  let done = false;
  const cursor: Cursor = {
    ready: [], at: 0, boundMs: toMs,
    fill: async () => {
      if (done) return false;
      const page = await store.list<Uint8Array>({ prefix, before: end, limit: PAGE_CHUNKS, reverse: true });
      for (const { key, value } of page) {
        unpack(stream, Number(key[4]), value, waiting, (event) => event.timestampMs >= range.fromMs && event.timestampMs < range.toMs && (!before || comparePositions(event, before) < 0));
      }
      const last = page.at(-1);
      // Chunks not yet read begin no later than the last one read, so they end within one span of it.
      const reachMs = Number(last?.key[3] ?? -Infinity) + CHUNK_SPAN_MS;
      done = page.length < PAGE_CHUNKS || reachMs < range.fromMs;
      end = last?.key ?? end;
      waiting.sort((a, b) => comparePositions(b, a));
      const split = done ? waiting.length : waiting.findIndex((event) => event.timestampMs <= reachMs);
      cursor.ready = split < 0 ? waiting : waiting.slice(0, split);
      waiting = split < 0 ? [] : waiting.slice(split);
      cursor.at = 0;
      return cursor.ready.length > 0 || !done;
    },
  };
  return cursor;
}

function unpack(stream: LogStream, seq: number, bytes: Uint8Array, into: StoredEvent[], wanted: (position: Position) => boolean): void {
  unpackChunk(bytes, (timestampMs, message, index, ingestedMs) => {
    const event: StoredEvent = { timestampMs, seq, streamId: stream.id, index, message, stream: stream.name, ingestedMs };
    if (wanted(event)) into.push(event);
  });
}

function byNext(a: Cursor, b: Cursor): number {
  const [left, right] = [a.ready[a.at], b.ready[b.at]];
  if (left && right) return comparePositions(left, right);
  // An unread cursor goes first at equal times: it may hold an event that comes before.
  return (left?.timestampMs ?? a.boundMs) - (right?.timestampMs ?? b.boundMs) || (left ? 1 : 0) - (right ? 1 : 0);
}

/** Restores the heap after the element at `start` has grown. */
function sink(heap: Cursor[], start: number): void {
  let at = start;
  for (;;) {
    let least = at;
    for (const child of [2 * at + 1, 2 * at + 2]) {
      const [candidate, current] = [heap[child], heap[least]];
      if (candidate && current && byNext(candidate, current) < 0) least = child;
    }
    const [top, moved] = [heap[at], heap[least]];
    if (least === at || !top || !moved) return;
    heap[at] = moved;
    heap[least] = top;
    at = least;
  }
}

function removeTop(heap: Cursor[]): void {
  const last = heap.pop();
  if (last && heap.length > 0) {
    heap[0] = last;
    sink(heap, 0);
  }
}
