// The main thread's side of the writer: gathers the operations of a tick, sends them as one message, and settles each caller.
import { Worker } from "node:worker_threads";
import type { Clock } from "../../kernel/clock.ts";
import { outage } from "../../kernel/fault.ts";
import type { AnswerOf, Failure, FromWriter, Op, Refused, ToWriter } from "./operations.ts";
import type { WriterData } from "./writer-worker.ts";

export interface Writer {
  /**
   * Performs the operation durably together with all others that arrive about now. `transfer` are buffers of the operation to move rather than copy.
   * Rejects with an Outage named by `op.kind` when the group failed, or this operation was refused.
   */
  submit<O extends Op>(op: O, transfer?: ArrayBuffer[]): Promise<AnswerOf<O>>;
  /** Refuses new operations and waits for those under way. */
  drain(): Promise<void>;
  /** Drains, closes the database and ends the thread. */
  close(): Promise<void>;
}

interface Waiting {
  readonly op: Op;
  readonly resolve: (answer: never) => void;
  readonly reject: (error: Error) => void;
}

/**
 * Starts the thread and resolves when its database is open; rejects with an Outage when it can not be.
 * `prepare` runs before the thread touches the database; what it throws is thrown here.
 */
export async function startWriter(data: WriterData, clock: Pick<Clock, "now">, prepare: () => void): Promise<Writer> {
  // The extension is this file's own: .ts from source, .js when compiled.
  const file = new URL(`./writer-worker${import.meta.url.endsWith(".ts") ? ".ts" : ".js"}`, import.meta.url);
  const worker = new Worker(file, { workerData: data });
  try {
    prepare();
  } catch (error) {
    await worker.terminate();
    throw error;
  }
  const open: ToWriter = { kind: "open" };
  worker.postMessage(open, []);
  await ready(worker);

  const sent = new Map<number, readonly Waiting[]>();
  let pending: Waiting[] = [];
  let transfers: ArrayBuffer[] = [];
  let flushing = false;
  let batches = 0;
  let exited = false;
  /** Why nothing is accepted any more. */
  let gone: Error | undefined;
  let idle: (() => void) | undefined;

  const flush = (): void => {
    flushing = false;
    if (pending.length === 0) return;
    const [batch, moved, id] = [pending, transfers, ++batches];
    pending = [];
    transfers = [];
    sent.set(id, batch);
    const message: ToWriter = { kind: "batch", id, nowMs: Math.floor(clock.now()), ops: batch.map(({ op }) => op) };
    worker.postMessage(message, moved);
  };
  const settle = (id: number, each: (waiting: Waiting, index: number) => void): void => {
    const batch = sent.get(id) ?? [];
    sent.delete(id);
    batch.forEach(each);
    if (sent.size === 0 && pending.length === 0) idle?.();
  };
  const fail = (cause: Error): void => {
    gone ??= cause;
    for (const id of sent.keys()) settle(id, ({ op, reject }) => reject(outage(op.kind, { cause, retryable: false })));
    for (const { op, reject } of pending.splice(0)) reject(outage(op.kind, { cause, retryable: false }));
    idle?.();
  };

  worker.on("message", (message: FromWriter) => {
    if (message.kind === "done") {
      settle(message.id, ({ op, resolve, reject }, index) => {
        const answer = message.answers[index];
        if (isRefused(answer)) reject(outage(op.kind, { cause: answer.refused, retryable: false }));
        else resolve(answer as never);
      });
    } else if (message.kind === "failed") {
      const { failure } = message;
      settle(message.id, ({ op, reject }) => reject(outage(op.kind, { cause: new Error(failure.message), retryable: isRetryable(failure) })));
    }
  });
  worker.on("error", (error) => fail(error));
  worker.on("exit", () => {
    exited = true;
    fail(new Error("the engine is closed"));
  });
  const drain = async (): Promise<void> => {
    gone ??= new Error("the engine is closed");
    flush();
    if (sent.size > 0) await new Promise<void>((resolve) => (idle = resolve));
  };

  return {
    submit: (op, transfer) => {
      if (gone) return Promise.reject(outage(op.kind, { cause: gone, retryable: false }));
      if (transfer) transfers.push(...transfer);
      if (!flushing) {
        flushing = true;
        setImmediate(flush);
      }
      return new Promise((resolve, reject) => pending.push({ op, resolve, reject }));
    },
    drain,
    close: async () => {
      await drain();
      if (exited) return;
      const exit = new Promise((resolve) => worker.once("exit", resolve));
      const message: ToWriter = { kind: "close" };
      worker.postMessage(message, []);
      await exit;
    },
  };
}

function ready(worker: Worker): Promise<void> {
  return new Promise((resolve, reject) => {
    worker.once("error", reject);
    worker.once("message", (message: FromWriter) => {
      worker.off("error", reject);
      if (message.kind === "unusable") reject(outage("engine.open", { cause: new Error(message.failure.message), retryable: isRetryable(message.failure) }));
      else resolve();
    });
  });
}

const isRefused = (answer: unknown): answer is Refused => typeof answer === "object" && answer !== null && "refused" in answer;

/** SQLite's primary codes for trouble that may pass: busy (5), locked (6), no memory (7), input/output (10), full (13). */
const PASSING: ReadonlySet<number> = new Set([5, 6, 7, 10, 13]);
const isRetryable = ({ errcode }: Failure): boolean => errcode !== undefined && PASSING.has(errcode & 0xff);
