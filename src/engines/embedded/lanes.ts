// Message groups: which groups of a queue may be leased from now, kept as one row per group so that blocked groups cost nothing.
import type { DatabaseSync } from "node:sqlite";
import { keyBytes } from "./key-encoding.ts";

export interface Lanes {
  /** The lane of a group, for a message that is about to enter it. */
  entered(queue: number, group: string, visibleAt: number): number;
  /** Up to `max` lanes of a queue (by its name) that are ready, longest ready first; undefined when the queue has no lanes. */
  ready(queue: string, nowMs: number, max: number): readonly number[] | undefined;
  /** The first messages of a lane that are visible, in their order. */
  visible(lane: number, nowMs: number, max: number): readonly Record<string, unknown>[];
  /** Recomputes when a lane is ready, after its messages changed; 0 is ignored. */
  changed(lane: number): void;
}

export function openLanes(db: DatabaseSync): Lanes {
  const find = db.prepare("SELECT id FROM lane WHERE queue = ? AND name = ?");
  const begin = db.prepare("INSERT INTO lane (queue, name, ready_at) VALUES (?, ?, ?) RETURNING id");
  const any = db.prepare("SELECT 1 FROM lane WHERE queue = (SELECT id FROM queue WHERE name = ?) LIMIT 1");
  const ready = db.prepare("SELECT id FROM lane WHERE queue = (SELECT id FROM queue WHERE name = ?) AND ready_at <= ? ORDER BY ready_at, id LIMIT ?");
  const inOrder = db.prepare("SELECT id, visible_at, attempt, enqueued_at, first_at FROM message WHERE lane = ? AND lane <> 0 ORDER BY id LIMIT ?");
  const head = db.prepare("SELECT visible_at FROM message WHERE lane = ? AND lane <> 0 ORDER BY id LIMIT 1");
  const setReady = db.prepare("UPDATE lane SET ready_at = ? WHERE id = ?");
  const forget = db.prepare("DELETE FROM lane WHERE id = ?");
  return {
    entered: (queue, group, visibleAt) => {
      const name = keyBytes(group);
      return Number((find.get(queue, name) ?? begin.get(queue, name, visibleAt))?.["id"]);
    },
    ready: (queue, nowMs, max) => {
      const name = keyBytes(queue);
      return any.get(name) === undefined ? undefined : ready.all(name, nowMs, max).map((row) => Number(row["id"]));
    },
    visible: (lane, nowMs, max) => {
      const rows = inOrder.all(lane, max);
      const hidden = rows.findIndex((row) => Number(row["visible_at"]) > nowMs);
      return hidden === -1 ? rows : rows.slice(0, hidden);
    },
    changed: (lane) => {
      if (lane === 0) return;
      const first = head.get(lane)?.["visible_at"];
      if (first === undefined) forget.run(lane);
      else setReady.run(Number(first), lane);
    },
  };
}
