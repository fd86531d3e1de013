// The writer thread: all that becomes durable goes through here, one transaction per group, so that no fsync ever blocks the event loop.
import { existsSync } from "node:fs";
import { type MessagePort, parentPort, receiveMessageOnPort, workerData } from "node:worker_threads";
import { commitApplier } from "./apply-commit.ts";
import { otherAppliers } from "./apply-other.ts";
import { blobPath } from "./blob-path.ts";
import { openLanes } from "./lanes.ts";
import type { Answers, Failure, FromWriter, Op, Refused, ToWriter } from "./operations.ts";
import { openForWriting } from "./schema.ts";
import { openQueueRows } from "./queue-rows.ts";
import { openSequence } from "./sequence.ts";

/** What the thread is started with. */
export interface WriterData {
  readonly databaseFile: string;
  readonly blobDir: string;
}

/** Batches one transaction takes in: bounds how long the first caller of a group waits for the last. */
const BATCHES_MAX = 64;

type Batch = Extract<ToWriter, { kind: "batch" }>;
type Answer = Answers[Op["kind"]] | Refused;

function run(port: MessagePort, { databaseFile, blobDir }: WriterData): void {
  const db = openForWriting(databaseFile);
  const sequence = openSequence(db);
  const lanes = openLanes(db);
  const queues = openQueueRows(db);
  const commit = commitApplier({ db, sequence, lanes, queues, hasBlobFile: (hash) => existsSync(blobPath(blobDir, hash)) });
  const others = otherAppliers({ db, sequence, lanes, queues });
  const send = (message: FromWriter): void => post(port, message);
  const [begin, end, undo] = [db.prepare("BEGIN IMMEDIATE"), db.prepare("COMMIT"), db.prepare("ROLLBACK")];

  const apply = (op: Op, nowMs: number): Answer => {
    switch (op.kind) {
      case "commit": return commit(op, nowMs);
      case "queue.lease": return others["queue.lease"](op, nowMs);
      case "queue.settle": return others["queue.settle"](op, nowMs);
      case "queue.reclaim": return others["queue.reclaim"](op, nowMs);
      case "queue.purge": return others["queue.purge"](op, nowMs);
      case "log.trim": return others["log.trim"](op, nowMs);
      case "log.drop": return others["log.drop"](op, nowMs);
      case "leases.acquire": return others["leases.acquire"](op, nowMs);
      case "leases.renew": return others["leases.renew"](op, nowMs);
      case "leases.release": return others["leases.release"](op, nowMs);
    }
  };

  const inTransaction = <T>(work: () => T): T => {
    try {
      begin.run();
      const result = work();
      end.run();
      return result;
    } catch (error) {
      if (db.isTransaction) undo.run();
      sequence.rolledBack();
      throw error;
    }
  };
  const applyAlone = (op: Op, nowMs: number): Answer => {
    try {
      return inTransaction(() => apply(op, nowMs));
    } catch (error) {
      if (isDiskTrouble(error)) throw error;
      return { refused: failureOf(error).message };
    }
  };
  const applyGroup = (group: readonly Batch[]): readonly FromWriter[] => {
    const answer = (each: typeof apply) => group.map(({ id, nowMs, ops }): FromWriter => ({ kind: "done", id, answers: ops.map((op) => each(op, nowMs)) }));
    try {
      return inTransaction(() => answer(apply));
    } catch (error) {
      if (isDiskTrouble(error)) return group.map(({ id }) => ({ kind: "failed", id, failure: failureOf(error) }));
      // One operation is wrong in a way that nobody foresaw: it must not take its neighbours with it.
      return group.flatMap((batch) => applyBatchAlone(batch));
    }
  };
  const applyBatchAlone = ({ id, nowMs, ops }: Batch): FromWriter => {
    try {
      return { kind: "done", id, answers: ops.map((op) => applyAlone(op, nowMs)) };
    } catch (error) {
      return { kind: "failed", id, failure: failureOf(error) };
    }
  };

  port.on("message", (first: ToWriter) => {
    // Whatever has arrived while the last group was written joins this one.
    const group: Batch[] = [];
    let next: ToWriter | undefined = first;
    while (next?.kind === "batch") {
      group.push(next);
      next = group.length < BATCHES_MAX ? receiveMessageOnPort(port)?.message : undefined;
    }
    applyGroup(group).forEach(send);
    if (next?.kind === "close") {
      db.close();
      send({ kind: "closed" });
      port.close();
    }
  });
  send({ kind: "ready" });
}

// oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread's port, not a window
const post = (port: MessagePort, message: FromWriter): void => port.postMessage(message);

/** SQLite's primary codes for errors of a value or a statement: error (1), too big (18), constraint (19), mismatch (20), misuse (21), range (25). */
const OF_ONE_OPERATION: ReadonlySet<number> = new Set([1, 18, 19, 20, 21, 25]);

/** True when nothing could be written now, whatever it is. */
function isDiskTrouble(error: unknown): boolean {
  const { errcode } = failureOf(error);
  return errcode !== undefined && !OF_ONE_OPERATION.has(errcode & 0xff);
}

function failureOf(error: unknown): Failure {
  const errcode = error instanceof Error && "errcode" in error ? Number(error.errcode) : undefined;
  return { message: error instanceof Error ? error.message : String(error), errcode };
}

const main = parentPort;
main?.once("message", () => {
  try {
    run(main, workerData);
  } catch (error) {
    const unusable: FromWriter = { kind: "unusable", failure: failureOf(error) };
    post(main, unusable);
  }
});
