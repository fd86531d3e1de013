// What the main thread may ask of the writer thread: plain data, made to cross between threads cheaply.
// Keys and owners are binary strings (see key-encoding); names of queues and streams too, so that both orders are byte orders.
import type { Bytes, Encoded } from "./value-encoding.ts";

export type WriteOp =
  | { readonly kind: "set"; readonly key: string; readonly value: Encoded }
  | { readonly kind: "delete"; readonly key: string }
  | { readonly kind: "append"; readonly stream: string; readonly data: Encoded }
  | { readonly kind: "enqueue"; readonly queue: string; readonly meta: Encoded; readonly body: Bytes; readonly delayMs: number; readonly group: string | undefined }
  | { readonly kind: "ack"; readonly id: number; readonly receipt: number }
  | { readonly kind: "hold"; readonly hash: string; readonly owner: string; readonly inline: Bytes | undefined }
  | { readonly kind: "release"; readonly hash: string; readonly owner: string };

export interface CommitOp {
  readonly kind: "commit";
  readonly checks: readonly (readonly [key: string, version: number | null])[];
  readonly writes: readonly WriteOp[];
}

export interface Committed {
  readonly version: number;
  readonly appended: readonly number[];
  /** Blobs whose last hold went with this commit. */
  readonly freed: readonly string[];
}

export interface LeasedRow {
  readonly id: number;
  readonly attempt: number;
  readonly enqueuedAtMs: number;
  readonly firstLeasedAtMs: number;
}

export interface LeaseRow {
  readonly epoch: number;
  readonly expiresAtMs: number;
}

/** Each operation by its kind, with what it answers. */
export interface Answers {
  /** undefined: a check failed or a lease was lost. */
  readonly commit: Committed | undefined;
  readonly "queue.lease": { readonly receipt: number; readonly rows: readonly LeasedRow[] };
  /** False: the lease was lost. */
  readonly "queue.settle": boolean;
  /** How many messages were given back. */
  readonly "queue.reclaim": number;
  /** How many rows this portion removed; 0 when there is nothing left. */
  readonly "queue.purge": number;
  readonly "log.trim": number;
  readonly "log.drop": number;
  readonly "leases.acquire": LeaseRow | undefined;
  readonly "leases.renew": LeaseRow | undefined;
  readonly "leases.release": undefined;
}

export type Op =
  | CommitOp
  | { readonly kind: "queue.lease"; readonly queue: string; readonly max: number; readonly visibilityMs: number }
  | { readonly kind: "queue.settle"; readonly id: number; readonly receipt: number; readonly how: Settlement }
  /** Of queues whose names lie from `start` to `end` (exclusive). */
  | { readonly kind: "queue.reclaim"; readonly start: string; readonly end: string }
  /** Removes messages up to number `upTo`, as long as they were enqueued before a time (epoch ms). */
  | { readonly kind: "queue.purge"; readonly queue: string; readonly upTo: number; readonly beforeMs: number }
  | { readonly kind: "log.trim"; readonly stream: string; readonly upTo: number }
  /** The name goes at once; the records go in portions. Without a name: the next portion of what was dropped before. */
  | { readonly kind: "log.drop"; readonly stream: string | undefined }
  | { readonly kind: "leases.acquire"; readonly name: string; readonly owner: string; readonly ttlMs: number }
  | { readonly kind: "leases.renew"; readonly name: string; readonly owner: string; readonly epoch: number; readonly ttlMs: number }
  | { readonly kind: "leases.release"; readonly name: string; readonly owner: string; readonly epoch: number };

export type Settlement =
  | { readonly kind: "remove" }
  | { readonly kind: "extend"; readonly visibleInMs: number }
  | { readonly kind: "free"; readonly visibleInMs: number };

export type AnswerOf<O extends Op> = Answers[O["kind"]];

/** Main thread to writer: operations of one tick. */
export type ToWriter =
  /** First: the database may be opened. */
  | { readonly kind: "open" }
  | { readonly kind: "batch"; readonly id: number; readonly nowMs: number; readonly ops: readonly Op[] }
  | { readonly kind: "close" };

/** An operation that this engine refuses by itself, the others of its group unharmed. */
export interface Refused {
  readonly refused: string;
}

export interface Failure {
  readonly message: string;
  /** SQLite's extended result code, when it was SQLite. */
  readonly errcode: number | undefined;
}

/** Writer to main thread: the answers of one batch in its order, or why the whole group failed. */
export type FromWriter =
  | { readonly kind: "ready" }
  | { readonly kind: "done"; readonly id: number; readonly answers: readonly (Answers[Op["kind"]] | Refused)[] }
  | { readonly kind: "failed"; readonly id: number; readonly failure: Failure }
  | { readonly kind: "unusable"; readonly failure: Failure }
  | { readonly kind: "closed" };

/** Rows one portion of a purge, trim or drop removes: few enough that commits behind it do not wait noticeably. */
export const PORTION_ROWS = 2000;
