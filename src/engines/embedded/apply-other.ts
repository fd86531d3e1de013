// Performs, inside the group's transaction, what is not a commit: leases of messages and of names, and removals in portions.
import type { DatabaseSync } from "node:sqlite";
import { keyBytes } from "./key-encoding.ts";
import { PORTION_ROWS, type AnswerOf, type Op } from "./operations.ts";
import type { Sequence } from "./sequence.ts";

type Apply<K extends Op["kind"]> = (op: Extract<Op, { kind: K }>, nowMs: number) => AnswerOf<Extract<Op, { kind: K }>>;

export interface OtherAppliers {
  readonly "queue.lease": Apply<"queue.lease">;
  readonly "queue.settle": Apply<"queue.settle">;
  readonly "queue.purge": Apply<"queue.purge">;
  readonly "log.trim": Apply<"log.trim">;
  readonly "log.drop": Apply<"log.drop">;
  readonly "leases.acquire": Apply<"leases.acquire">;
  readonly "leases.renew": Apply<"leases.renew">;
  readonly "leases.release": Apply<"leases.release">;
}

export const otherAppliers = (db: DatabaseSync, sequence: Sequence): OtherAppliers => ({
  ...queueAppliers(db, sequence),
  ...logAppliers(db),
  ...leaseAppliers(db, sequence),
});

function queueAppliers(db: DatabaseSync, sequence: Sequence): Pick<OtherAppliers, "queue.lease" | "queue.settle" | "queue.purge"> {
  const visible = db.prepare(`
    SELECT id, attempt, enqueued_at FROM message WHERE queue = (SELECT id FROM queue WHERE name = ?) AND visible_at <= ?
    ORDER BY visible_at, receipt, id LIMIT ?`);
  const lease = db.prepare("UPDATE message SET visible_at = ?, receipt = ?, attempt = ? WHERE id = ?");
  const extend = db.prepare("UPDATE message SET visible_at = ? WHERE id = ? AND receipt = ?");
  const free = db.prepare("UPDATE message SET visible_at = ?, receipt = 0 WHERE id = ? AND receipt = ?");
  const remove = db.prepare("DELETE FROM message WHERE id = ? AND receipt = ?");
  const removeContent = db.prepare("DELETE FROM message_content WHERE id = ?");
  const some = db.prepare("SELECT id FROM message WHERE queue = (SELECT id FROM queue WHERE name = ?) AND id <= ? ORDER BY id LIMIT ?");
  const removeAny = db.prepare("DELETE FROM message WHERE id = ?");
  return {
    "queue.lease": (op, nowMs) => {
      const receipt = sequence.next();
      const rows = visible.all(keyBytes(op.queue), nowMs, op.max).map((row) => ({
        id: Number(row["id"]), attempt: Number(row["attempt"]) + 1, enqueuedAtMs: Number(row["enqueued_at"]),
      }));
      for (const row of rows) lease.run(nowMs + op.visibilityMs, receipt, row.attempt, row.id);
      return { receipt, rows };
    },
    "queue.settle": ({ id, receipt, how }, nowMs) => {
      if (how.kind === "extend") return extend.run(nowMs + how.visibleInMs, id, receipt).changes === 1;
      if (how.kind === "free") return free.run(nowMs + how.visibleInMs, id, receipt).changes === 1;
      if (remove.run(id, receipt).changes !== 1) return false;
      removeContent.run(id);
      return true;
    },
    "queue.purge": (op) => {
      const rows = some.all(keyBytes(op.queue), op.upTo, PORTION_ROWS);
      for (const row of rows) {
        removeAny.run(Number(row["id"]));
        removeContent.run(Number(row["id"]));
      }
      return rows.length;
    },
  };
}

function logAppliers(db: DatabaseSync): Pick<OtherAppliers, "log.trim" | "log.drop"> {
  const first = db.prepare("SELECT min(seq) AS seq FROM record WHERE stream = ?");
  const find = db.prepare("SELECT id FROM stream WHERE name = ?");
  const remove = db.prepare("DELETE FROM record WHERE stream = ? AND seq <= ?");
  const unname = db.prepare("UPDATE stream SET name = NULL WHERE name = ?");
  const nameless = db.prepare("SELECT id FROM stream WHERE name IS NULL LIMIT 1");
  const forget = db.prepare("DELETE FROM stream WHERE id = ?");
  const removePortion = (stream: number, upTo: number): number => {
    const seq = first.get(stream)?.["seq"];
    if (typeof seq !== "number" || seq > upTo) return 0;
    return Number(remove.run(stream, Math.min(upTo, seq + PORTION_ROWS - 1)).changes);
  };
  return {
    "log.trim": (op) => {
      const id = find.get(keyBytes(op.stream))?.["id"];
      return id === undefined ? 0 : removePortion(Number(id), op.upTo);
    },
    "log.drop": (op) => {
      if (op.stream !== undefined) unname.run(keyBytes(op.stream));
      const id = nameless.get()?.["id"];
      if (id === undefined) return 0;
      const removed = removePortion(Number(id), Number.MAX_SAFE_INTEGER);
      if (removed < PORTION_ROWS) forget.run(Number(id));
      return removed + 1;
    },
  };
}

function leaseAppliers(db: DatabaseSync, sequence: Sequence): Pick<OtherAppliers, "leases.acquire" | "leases.renew" | "leases.release"> {
  const find = db.prepare("SELECT owner, epoch, expires_at FROM lease WHERE name = ?");
  const put = db.prepare("INSERT OR REPLACE INTO lease (name, owner, epoch, expires_at) VALUES (?, ?, ?, ?)");
  const renew = db.prepare("UPDATE lease SET expires_at = ? WHERE name = ? AND owner = ? AND epoch = ? AND expires_at > ?");
  const release = db.prepare("DELETE FROM lease WHERE name = ? AND owner = ? AND epoch = ?");
  return {
    "leases.acquire": ({ name, owner, ttlMs }, nowMs) => {
      const found = find.get(name);
      const alive = found !== undefined && Number(found["expires_at"]) > nowMs;
      if (alive && found["owner"] !== owner) return undefined;
      const lease = { epoch: alive ? Number(found["epoch"]) : sequence.next(), expiresAtMs: nowMs + ttlMs };
      put.run(name, owner, lease.epoch, lease.expiresAtMs);
      return lease;
    },
    "leases.renew": ({ name, owner, epoch, ttlMs }, nowMs) => {
      const expiresAtMs = nowMs + ttlMs;
      return renew.run(expiresAtMs, name, owner, epoch, nowMs).changes === 1 ? { epoch, expiresAtMs } : undefined;
    },
    "leases.release": ({ name, owner, epoch }) => {
      release.run(name, owner, epoch);
      return undefined;
    },
  };
}
