// The Queue port: leases and settlements go through the writer; contents and counts come from the reading connection.
import type { DatabaseSync } from "node:sqlite";
import type { Clock } from "../../kernel/clock.ts";
import type { Leased, LyingMessage, Queue, QueueNews } from "../../ports/queue.ts";
import { endOfPrefix, keyBytes } from "./key-encoding.ts";
import { decodeName, encodeName, encodePrefix, leaseNumbers, wholeMs } from "./names.ts";
import type { Settlement } from "./operations.ts";
import { reaching } from "./reaching.ts";
import { decodeValue } from "./value-encoding.ts";
import type { Watchers } from "./watchers.ts";
import type { Writer } from "./writer.ts";

export interface QueueDeps {
  readonly reading: DatabaseSync;
  readonly writer: Writer;
  readonly clock: Pick<Clock, "now">;
  readonly watchers: Watchers<QueueNews>;
}

/** Ours: messages one call may lease. */
const LEASE_MAX = 1000;

export function createQueue({ reading, writer, clock, watchers }: QueueDeps): Queue {
  const sql = statements(reading);
  const bytesOf = (queue: string): Uint8Array => keyBytes(encodeName(queue, "a queue"));
  /** A queue of groups is as ready as its groups: their visible messages may all be blocked. */
  const anyReady = (name: Uint8Array, nowMs: number): boolean =>
    (sql.anyLane.get(name) === undefined ? sql.anyVisible : sql.anyReadyLane).get(name, nowMs) !== undefined;
  const settle = async (lease: Leased, how: Settlement): Promise<boolean> => writer.submit({ kind: "queue.settle", ...leaseNumbers(lease), how });

  return {
    lease: async (queue, max, visibilityMs) => {
      const name = encodeName(queue, "a queue");
      // An idle queue is polled often: finding it empty needs no transaction.
      if (!(max >= 1) || !reaching("queue.lease", () => anyReady(keyBytes(name), clock.now()))) return [];
      const { receipt, rows } = await writer.submit({ kind: "queue.lease", queue: name, max: Math.min(Math.floor(max), LEASE_MAX), visibilityMs: wholeMs(visibilityMs, "a visibility timeout") });
      return rows.flatMap(({ id, ...facts }): Leased[] => {
        // Missing when a purge came in between.
        const row = reaching("queue.lease", () => sql.content.get(id));
        return row ? [{ queue, id, meta: decodeValue(row["meta"]), body: row["body"] as Uint8Array, ...facts, receipt: String(receipt) }] : [];
      });
    },
    extend: async (lease, visibilityMs) => settle(lease, { kind: "extend", visibleInMs: wholeMs(visibilityMs, "a visibility timeout") }),
    endOf: async (lease) => {
      const { id, receipt } = leaseNumbers(lease);
      const row = reaching("queue.endOf", () => sql.end.get(id, receipt));
      return row && Number(row["visible_at"]);
    },
    ack: (lease) => settle(lease, { kind: "remove" }),
    release: async (lease, delayMs) => {
      const released = await settle(lease, { kind: "free", visibleInMs: wholeMs(delayMs, "a delay") });
      if (released) watchers.tell(encodeName(lease.queue, "a queue"), { queue: lease.queue });
      return released;
    },
    counts: async (queue) => {
      const name = bytesOf(queue);
      const nowMs = clock.now();
      return reaching("queue.counts", () => {
        const found = sql.counts.get(name, nowMs);
        const [total, leased, delayed] = [Number(found?.["total"] ?? 0), Number(found?.["leased"]), Number(found?.["delayed"])];
        const oldest = sql.oldest.get(name)?.["enqueued_at"];
        return { visible: total - leased - delayed, leased, delayed, oldestAtMs: oldest === undefined ? undefined : Number(oldest) };
      });
    },
    pending: async (prefix) => {
      const start = encodePrefix(prefix, "a queue");
      const rows = reaching("queue.pending", () => sql.pending.all(keyBytes(start), keyBytes(endOfPrefix(start))));
      return rows.map((row) => ({ queue: decodeName(row["name"]), visibleAtMs: Number(row["visible_at"]) }));
    },
    look: async (queue, { after = 0, limit, reverse }) => {
      const rows = reaching("queue.look", () => (reverse ? sql.newestFirst : sql.oldestFirst).all(bytesOf(queue), after, limit));
      return rows.map((row): LyingMessage => ({
        queue, id: Number(row["id"]), meta: decodeValue(row["meta"]), body: row["body"] as Uint8Array,
        attempt: Number(row["attempt"]), enqueuedAtMs: Number(row["enqueued_at"]), firstLeasedAtMs: Number(row["first_at"]),
        leased: Number(row["receipt"]) !== 0, visibleAtMs: Number(row["visible_at"]), groupReadyAtMs: row["ready_at"] === null ? undefined : Number(row["ready_at"]),
      }));
    },
    watch: (prefix, listener) => watchers.add(encodePrefix(prefix, "a queue"), listener),
    reclaim: (prefix) => {
      const start = encodePrefix(prefix, "a queue");
      return writer.submit({ kind: "queue.reclaim", start, end: endOfPrefix(start) });
    },
    purge: async (queue, enqueuedBeforeMs = Number.MAX_SAFE_INTEGER) => {
      const name = encodeName(queue, "a queue");
      // Asked from time to time for what is old: mostly nothing is.
      const oldest = reaching("queue.purge", () => sql.oldest.get(keyBytes(name)))?.["enqueued_at"];
      if (oldest !== undefined && Number(oldest) >= enqueuedBeforeMs) return 0;
      const upTo = Number(reaching("queue.purge", () => sql.newest.get(keyBytes(name)))?.["id"] ?? 0);
      let removed = 0;
      for (;;) {
        const portion = await writer.submit({ kind: "queue.purge", queue: name, upTo, beforeMs: enqueuedBeforeMs });
        if (portion === 0) return removed;
        removed += portion;
      }
    },
  };
}

/** A queue's row number, by its name. */
const QUEUE = "(SELECT id FROM queue WHERE name = ?)";

const LOOK = `
  SELECT message.id, visible_at, receipt, attempt, enqueued_at, first_at, meta, body, (SELECT ready_at FROM lane WHERE lane.id = message.lane) AS ready_at
  FROM message JOIN message_content USING (id) WHERE message.queue = ${QUEUE} AND message.id > ? ORDER BY message.id`;

const statements = (db: DatabaseSync) => ({
  anyVisible: db.prepare(`SELECT 1 FROM message WHERE queue = ${QUEUE} AND visible_at <= ? LIMIT 1`),
  anyLane: db.prepare(`SELECT 1 FROM lane WHERE queue = ${QUEUE} LIMIT 1`),
  anyReadyLane: db.prepare(`SELECT 1 FROM lane WHERE queue = ${QUEUE} AND ready_at <= ? LIMIT 1`),
  end: db.prepare("SELECT visible_at FROM message WHERE id = ? AND receipt = ?"),
  content: db.prepare("SELECT meta, body FROM message_content WHERE id = ?"),
  oldestFirst: db.prepare(`${LOOK} LIMIT ?`),
  newestFirst: db.prepare(`${LOOK} DESC LIMIT ?`),
  // One statement, so that all numbers are of one moment.
  counts: db.prepare(`
    SELECT (SELECT total FROM queue WHERE name = ?1) AS total, count(*) FILTER (WHERE receipt <> 0) AS leased, count(*) FILTER (WHERE receipt = 0) AS delayed
    FROM message WHERE queue = (SELECT id FROM queue WHERE name = ?1) AND visible_at > ?2`),
  oldest: db.prepare(`SELECT enqueued_at FROM message WHERE queue = ${QUEUE} ORDER BY id LIMIT 1`),
  newest: db.prepare(`SELECT id FROM message WHERE queue = ${QUEUE} ORDER BY id DESC LIMIT 1`),
  pending: db.prepare(`
    SELECT name, visible_at FROM (
      SELECT name, coalesce((SELECT min(ready_at) FROM lane WHERE queue = queue.id), (SELECT min(visible_at) FROM message WHERE queue = queue.id)) AS visible_at
      FROM queue WHERE name >= ? AND name < ?)
    WHERE visible_at IS NOT NULL ORDER BY name`),
});
