// Decides and performs one commit inside the group's transaction: first everything that could refuse it, then all of its writes.
import type { DatabaseSync } from "node:sqlite";
import { keyBytes } from "./key-encoding.ts";
import type { Lanes } from "./lanes.ts";
import type { CommitOp, Committed, Refused, WriteOp } from "./operations.ts";
import type { QueueRows } from "./queue-rows.ts";
import type { Sequence } from "./sequence.ts";
import { columnOf, unpackBytes } from "./value-encoding.ts";

export interface Applying {
  readonly db: DatabaseSync;
  readonly sequence: Sequence;
  readonly lanes: Lanes;
  readonly queues: QueueRows;
  /** Whether a large blob's file is in place. */
  readonly hasBlobFile: (hash: string) => boolean;
}

/** Of several owners in one commit it is enough when one brings the bytes. */
const bringsBlob = (writes: readonly WriteOp[], hash: string): boolean => writes.some((write) => write.kind === "hold" && write.hash === hash && write.inline !== undefined);

/** Applies a commit; undefined when it conflicts, `Refused` when it holds a blob that is not there. In both cases nothing was written. */
export function commitApplier({ db, sequence, lanes, queues, hasBlobFile }: Applying): (op: CommitOp, nowMs: number) => Committed | Refused | undefined {
  const sql = statements(db);

  const holdable = (hash: string): boolean => sql.held.get(hash) !== undefined || sql.inlined.get(hash) !== undefined || hasBlobFile(hash);

  const append = (stream: string, data: Extract<WriteOp, { kind: "append" }>["data"], nowMs: number): number => {
    const name = keyBytes(stream);
    const row = sql.grow.get(name) ?? sql.begin.get(name);
    const seq = Number(row?.["tip"]);
    sql.record.run(Number(row?.["id"]), seq, nowMs, columnOf(data));
    return seq;
  };

  const enqueue = (write: Extract<WriteOp, { kind: "enqueue" }>, nowMs: number): void => {
    const id = sequence.next();
    const queue = queues.entered(write.queue);
    const lane = write.group === undefined ? 0 : lanes.entered(queue, write.group, nowMs + write.delayMs);
    sql.message.run(id, queue, nowMs + write.delayMs, nowMs, lane);
    sql.content.run(id, columnOf(write.meta), unpackBytes(write.body));
  };

  const hold = (write: Extract<WriteOp, { kind: "hold" }>): void => {
    if (write.inline !== undefined) sql.inline.run(write.hash, unpackBytes(write.inline));
    sql.hold.run(write.hash, keyBytes(write.owner));
  };

  return ({ checks, writes }, nowMs) => {
    for (const [key, version] of checks) {
      const found = sql.version.get(keyBytes(key));
      if ((found === undefined ? null : found["version"]) !== version) return undefined;
    }
    for (const write of writes) {
      if (write.kind === "ack" && sql.leased.get(write.id, write.receipt) === undefined) return undefined;
      if (write.kind === "hold" && write.inline === undefined && !holdable(write.hash) && !bringsBlob(writes, write.hash)) return { refused: `blob ${write.hash} is not here: write it again before holding it` };
    }

    const version = sequence.next();
    const appended: number[] = [];
    let released: Set<string> | undefined;
    for (const write of writes) {
      if (write.kind === "set") sql.set.run(keyBytes(write.key), columnOf(write.value), version);
      else if (write.kind === "delete") sql.delete.run(keyBytes(write.key));
      else if (write.kind === "append") appended.push(append(write.stream, write.data, nowMs));
      else if (write.kind === "enqueue") enqueue(write, nowMs);
      else if (write.kind === "hold") hold(write);
      else if (write.kind === "ack") {
        const row = sql.removeMessage.get(write.id);
        sql.removeContent.run(write.id);
        lanes.changed(Number(row?.["lane"]));
        queues.left(Number(row?.["queue"]), 1);
      } else {
        sql.release.run(write.hash, keyBytes(write.owner));
        released = (released ?? new Set()).add(write.hash);
      }
    }
    // Judged at the end: within one commit a blob may pass from one owner to another in either order.
    const freed = [...(released ?? [])].filter((hash) => sql.held.get(hash) === undefined);
    for (const hash of freed) sql.removeInline.run(hash);
    return { version, appended, freed };
  };
}

const statements = (db: DatabaseSync) => ({
  version: db.prepare("SELECT version FROM entry WHERE key = ?"),
  set: db.prepare("INSERT INTO entry (key, value, version) VALUES (?, ?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value, version = excluded.version"),
  delete: db.prepare("DELETE FROM entry WHERE key = ?"),
  grow: db.prepare("UPDATE stream SET tip = tip + 1 WHERE name = ? RETURNING id, tip"),
  begin: db.prepare("INSERT INTO stream (name, tip) VALUES (?, 1) RETURNING id, tip"),
  record: db.prepare("INSERT INTO record (stream, seq, at_ms, data) VALUES (?, ?, ?, ?)"),
  message: db.prepare("INSERT INTO message (id, queue, visible_at, receipt, attempt, enqueued_at, lane) VALUES (?, ?, ?, 0, 0, ?, ?)"),
  content: db.prepare("INSERT INTO message_content (id, meta, body) VALUES (?, ?, ?)"),
  leased: db.prepare("SELECT 1 FROM message WHERE id = ? AND receipt = ?"),
  removeMessage: db.prepare("DELETE FROM message WHERE id = ? RETURNING lane, queue"),
  removeContent: db.prepare("DELETE FROM message_content WHERE id = ?"),
  held: db.prepare("SELECT 1 FROM hold WHERE hash = ? LIMIT 1"),
  hold: db.prepare("INSERT OR IGNORE INTO hold (hash, owner) VALUES (?, ?)"),
  release: db.prepare("DELETE FROM hold WHERE hash = ? AND owner = ?"),
  inlined: db.prepare("SELECT 1 FROM inline_blob WHERE hash = ?"),
  inline: db.prepare("INSERT OR IGNORE INTO inline_blob (hash, data) VALUES (?, ?)"),
  removeInline: db.prepare("DELETE FROM inline_blob WHERE hash = ?"),
});
