// One row per queue that has had messages: its number, and how many messages it holds.
import type { DatabaseSync } from "node:sqlite";
import { keyBytes } from "./key-encoding.ts";

export interface QueueRows {
  /** Counts one message more and answers the queue's number, given at its first message. */
  entered(queue: string): number;
  left(queue: number, messages: number): void;
  /** Queues come and go: an empty one is forgotten, its next message names it again. */
  forget(queue: string): void;
}

export function openQueueRows(db: DatabaseSync): QueueRows {
  const grow = db.prepare("UPDATE queue SET total = total + 1 WHERE name = ? RETURNING id");
  const begin = db.prepare("INSERT INTO queue (name, total) VALUES (?, 1) RETURNING id");
  const shrink = db.prepare("UPDATE queue SET total = total - ? WHERE id = ?");
  const forget = db.prepare("DELETE FROM queue WHERE name = ? AND total = 0");
  return {
    entered: (queue) => {
      const name = keyBytes(queue);
      return Number((grow.get(name) ?? begin.get(name))?.["id"]);
    },
    left: (queue, messages) => void shrink.run(messages, queue),
    forget: (queue) => void forget.run(keyBytes(queue)),
  };
}
