// Performs, inside the group's transaction, what is not a commit: leases of messages and of names, and removals in portions.
import type { DatabaseSync } from "node:sqlite";
import { keyBytes } from "./key-encoding.ts";
import type { Lanes } from "./lanes.ts";
import { PORTION_ROWS, type AnswerOf, type Op } from "./operations.ts";
import type { QueueRows } from "./queue-rows.ts";
import type { Sequence } from "./sequence.ts";

type Apply<K extends Op["kind"]> = (op: Extract<Op, { kind: K }>, nowMs: number) => AnswerOf<Extract<Op, { kind: K }>>;

export interface OtherAppliers {
  readonly "queue.lease": Apply<"queue.lease">;
  readonly "queue.settle": Apply<"queue.settle">;
  readonly "queue.reclaim": Apply<"queue.reclaim">;
  readonly "queue.purge": Apply<"queue.purge">;
  readonly "log.trim": Apply<"log.trim">;
  readonly "log.drop": Apply<"log.drop">;
  readonly "leases.acquire": Apply<"leases.acquire">;
  readonly "leases.renew": Apply<"leases.renew">;
  readonly "leases.release": Apply<"leases.release">;
}

export interface OtherDeps {
  readonly db: DatabaseSync;
  readonly sequence: Sequence;
  readonly lanes: Lanes;
  readonly queues: QueueRows;
}

export const otherAppliers = (deps: OtherDeps): OtherAppliers => ({
  ...queueAppliers(deps),
  ...logAppliers(deps.db),
  ...leaseAppliers(deps.db, deps.sequence),
});

function queueAppliers({ db, sequence, lanes, queues }: OtherDeps): Pick<OtherAppliers, "queue.lease" | "queue.settle" | "queue.reclaim" | "queue.purge"> {
  const visible = db.prepare(`
    SELECT id, attempt, enqueued_at, first_at FROM message WHERE queue = (SELECT id FROM queue WHERE name = ?) AND visible_at <= ?
    ORDER BY visible_at, receipt, id LIMIT ?`);
  const lease = db.prepare("UPDATE message SET visible_at = ?, receipt = ?, attempt = ?, first_at = ? WHERE id = ?");
  const extend = db.prepare("UPDATE message SET visible_at = ? WHERE id = ? AND receipt = ? RETURNING lane");
  const free = db.prepare("UPDATE message SET visible_at = ?, receipt = 0 WHERE id = ? AND receipt = ? RETURNING lane");
  const reclaim = db.prepare(`
    UPDATE message SET visible_at = ?1, receipt = 0 WHERE queue IN (SELECT id FROM queue WHERE name >= ?2 AND name < ?3) AND visible_at > ?1 AND receipt BETWEEN 1 AND ?4
    RETURNING lane`);
  const remove = db.prepare("DELETE FROM message WHERE id = ? AND receipt = ? RETURNING lane, queue");
  const removeContent = db.prepare("DELETE FROM message_content WHERE id = ?");
  const some = db.prepare("SELECT id, queue, enqueued_at FROM message WHERE queue = (SELECT id FROM queue WHERE name = ?) AND id <= ? ORDER BY id LIMIT ?");
  const removeAny = db.prepare("DELETE FROM message WHERE id = ? RETURNING lane");

  const candidates = ({ queue, max }: { readonly queue: string; readonly max: number }, nowMs: number, onLane: (lane: number) => void): readonly Record<string, unknown>[] => {
    const ready = lanes.ready(queue, nowMs, max);
    if (!ready) return visible.all(keyBytes(queue), nowMs, max);
    const found: Record<string, unknown>[] = [];
    for (const lane of ready) {
      if (found.length >= max) break;
      found.push(...lanes.visible(lane, nowMs, max - found.length));
      onLane(lane);
    }
    return found;
  };
  return {
    "queue.lease": (op, nowMs) => {
      const receipt = sequence.next();
      const touched: number[] = [];
      const rows = candidates(op, nowMs, (lane) => touched.push(lane)).map((row) => ({
        id: Number(row["id"]), attempt: Number(row["attempt"]) + 1, enqueuedAtMs: Number(row["enqueued_at"]), firstLeasedAtMs: Number(row["first_at"]) || nowMs,
      }));
      for (const row of rows) lease.run(nowMs + op.visibilityMs, receipt, row.attempt, row.firstLeasedAtMs, row.id);
      touched.forEach(lanes.changed);
      return { receipt, rows };
    },
    "queue.settle": ({ id, receipt, how }, nowMs) => {
      const row = how.kind === "remove" ? remove.get(id, receipt) : (how.kind === "extend" ? extend : free).get(nowMs + how.visibleInMs, id, receipt);
      if (row === undefined) return false;
      if (how.kind === "remove") {
        removeContent.run(id);
        queues.left(Number(row["queue"]), 1);
      }
      lanes.changed(Number(row["lane"]));
      return true;
    },
    "queue.reclaim": ({ start, end }, nowMs) => {
      const rows = reclaim.all(nowMs, keyBytes(start), keyBytes(end), sequence.before);
      new Set(rows.map((row) => Number(row["lane"]))).forEach(lanes.changed);
      return rows.length;
    },
    "queue.purge": (op) => {
      const rows = some.all(keyBytes(op.queue), op.upTo, PORTION_ROWS);
      const young = rows.findIndex((row) => Number(row["enqueued_at"]) >= op.beforeMs);
      const old = young === -1 ? rows : rows.slice(0, young);
      const touched = new Set<number>();
      for (const row of old) {
        touched.add(Number(removeAny.get(Number(row["id"]))?.["lane"]));
        removeContent.run(Number(row["id"]));
      }
      touched.forEach(lanes.changed);
      if (old.length > 0) queues.left(Number(old[0]?.["queue"]), old.length);
      if (rows.length === 0) queues.forget(op.queue);
      return old.length;
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
