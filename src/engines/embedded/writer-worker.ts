// The writer thread: all that becomes durable goes through here, one transaction per group, so that no fsync ever blocks the event loop.
import { existsSync } from "node:fs";
import { type MessagePort, parentPort, receiveMessageOnPort, workerData } from "node:worker_threads";
import { commitApplier } from "./apply-commit.ts";
import { otherAppliers } from "./apply-other.ts";
import { blobPath } from "./blob-path.ts";
import type { Failure, FromWriter, Op, ToWriter } from "./operations.ts";
import { openForWriting } from "./schema.ts";
import { openSequence } from "./sequence.ts";

/** What the thread is started with. */
export interface WriterData {
  readonly databaseFile: string;
  readonly blobDir: string;
}

/** Batches one transaction takes in: bounds how long the first caller of a group waits for the last. */
const BATCHES_MAX = 64;

type Batch = Extract<ToWriter, { kind: "batch" }>;

function run(port: MessagePort, { databaseFile, blobDir }: WriterData): void {
  const db = openForWriting(databaseFile);
  const sequence = openSequence(db);
  const commit = commitApplier({ db, sequence, hasBlobFile: (hash) => existsSync(blobPath(blobDir, hash)) });
  const others = otherAppliers(db, sequence);
  const send = (message: FromWriter): void => post(port, message);
  const [begin, end, undo] = [db.prepare("BEGIN IMMEDIATE"), db.prepare("COMMIT"), db.prepare("ROLLBACK")];

  const apply = (op: Op, nowMs: number) => {
    switch (op.kind) {
      case "commit": return commit(op, nowMs);
      case "queue.lease": return others["queue.lease"](op, nowMs);
      case "queue.settle": return others["queue.settle"](op, nowMs);
      case "queue.purge": return others["queue.purge"](op, nowMs);
      case "log.trim": return others["log.trim"](op, nowMs);
      case "log.drop": return others["log.drop"](op, nowMs);
      case "leases.acquire": return others["leases.acquire"](op, nowMs);
      case "leases.renew": return others["leases.renew"](op, nowMs);
      case "leases.release": return others["leases.release"](op, nowMs);
    }
  };

  const applyGroup = (group: readonly Batch[]): void => {
    try {
      begin.run();
      const done = group.map(({ id, nowMs, ops }): FromWriter => ({ kind: "done", id, answers: ops.map((op) => apply(op, nowMs)) }));
      end.run();
      done.forEach(send);
    } catch (error) {
      if (db.isTransaction) undo.run();
      sequence.rolledBack();
      for (const { id } of group) send({ kind: "failed", id, failure: failureOf(error) });
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
    if (group.length > 0) applyGroup(group);
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

function failureOf(error: unknown): Failure {
  const errcode = error instanceof Error && "errcode" in error ? Number(error.errcode) : undefined;
  return { message: error instanceof Error ? error.message : String(error), errcode };
}

if (parentPort) {
  try {
    run(parentPort, workerData);
  } catch (error) {
    const unusable: FromWriter = { kind: "unusable", failure: failureOf(error) };
    post(parentPort, unusable);
  }
}
