// The one door of durable state: ordered keys, versioned values, and a commit that may also append, enqueue and hold blobs.
// One commit for a change and its consequences is why no event is ever lost between the two.
import { limits } from "../kernel/limits.ts";
import type { BlobRef } from "./blobs.ts";
import type { Leased } from "./queue.ts";
import type { Key, Value } from "./value.ts";

export type { Key, Value } from "./value.ts";

export interface Entry<T = Value> {
  readonly key: Key;
  readonly value: T;
  /** Grows with every commit of the whole store and is never reused, so a check on it can not be fooled by delete-and-recreate. */
  readonly version: number;
}

/** JSON as `JSON.stringify` writes it, or bytes. */
export type Text = string | Uint8Array;

/** The key must still have this version; `null` means it must not exist. */
export interface Check {
  readonly key: Key;
  readonly version: number | null;
}

export type Write =
  | { readonly kind: "set"; readonly key: Key; readonly value: Value }
  | { readonly kind: "delete"; readonly key: Key }
  | { readonly kind: "append"; readonly stream: string; readonly data: Value }
  /** `group`: its messages are leased in order (see Queue.lease). Either all messages of a queue have a group, or none has. */
  | { readonly kind: "enqueue"; readonly queue: string; readonly meta: Value; readonly body: Uint8Array; readonly delayMs: number; readonly group?: string }
  /** Removes a leased message; the whole commit conflicts when the lease has been lost. */
  | { readonly kind: "ack"; readonly lease: Leased }
  /** Refers to a blob from `owner`; the blob lives as long as somebody holds it. Holding twice from one owner is one hold. */
  | { readonly kind: "hold"; readonly blob: BlobRef; readonly owner: Key }
  | { readonly kind: "release"; readonly blobId: string; readonly owner: Key };

export type Commit =
  | {
      readonly ok: true;
      /** The version every `set` of this commit got. */
      readonly version: number;
      /** Sequence numbers of the `append` writes, in their order. */
      readonly appended: readonly number[];
    }
  | { readonly ok: false };

export interface Range {
  readonly prefix: Key;
  /** First key wanted, inclusive; a full key that starts with `prefix`. */
  readonly from?: Key;
  /** Like `from`, exclusive. */
  readonly after?: Key;
  /** First key no longer wanted; a full key. */
  readonly before?: Key;
  /** At most `limits.store.listMax`. */
  readonly limit: number;
  readonly reverse?: boolean;
}

/** Keys hold well-formed Unicode: nothing is found under what holds a lone surrogate, and a commit that would write there rejects. */
export interface Store {
  get<T = Value>(key: Key): Promise<Entry<T> | undefined>;
  list<T = Value>(range: Range): Promise<readonly Entry<T>[]>;
  /** Values as `get` and `list` would find them, still as they are kept: JSON as its text, bytes as bytes. For who passes them on, or may never look into them. */
  text(key: Key): Promise<Text | undefined>;
  texts(range: Range): Promise<readonly Text[]>;
  /**
   * All or nothing, durable when it resolves. `ok: false` when a check failed or a lease was lost: nothing was written; read again and retry.
   * Rejects with an Outage when the engine failed.
   */
  commit(checks: readonly Check[], writes: readonly Write[]): Promise<Commit>;
  /** Calls back, after durability, with each key below `prefix` that a commit of this or (eventually) another node changed. A hint, not a log. */
  watch(prefix: Key, listener: (key: Key) => void): () => void;
}

export const set = (key: Key, value: Value): Write => ({ kind: "set", key, value });
export const del = (key: Key): Write => ({ kind: "delete", key });
export const append = (stream: string, data: Value): Write => ({ kind: "append", stream, data });
export const enqueue = (queue: string, meta: Value, body: Uint8Array, delayMs = 0, group?: string): Write => ({ kind: "enqueue", queue, meta, body, delayMs, ...(group === undefined ? {} : { group }) });
export const ack = (lease: Leased): Write => ({ kind: "ack", lease });
export const hold = (blob: BlobRef, owner: Key): Write => ({ kind: "hold", blob, owner });
export const release = (blobId: string, owner: Key): Write => ({ kind: "release", blobId, owner });

/** Every entry below a prefix, in order, a page at a time. What is written meanwhile may be among them or not. `after`: exclusive, a full key. `pageMax`: large records are read few at a time. */
export async function* entriesBelow<T = Value>(store: Pick<Store, "list">, prefix: Key, from: { readonly after?: Key | undefined; readonly pageMax?: number } = {}): AsyncGenerator<Entry<T>> {
  const { pageMax = limits.store.listMax } = from;
  for (let { after } = from; ; ) {
    const page: readonly Entry<T>[] = await store.list<T>({ prefix, ...(after && { after }), limit: pageMax });
    yield* page;
    if (page.length < pageMax) return;
    after = page.at(-1)?.key;
  }
}

/** The same, all at once. */
export const allBelow = <T = Value>(store: Pick<Store, "list">, prefix: Key): Promise<readonly Entry<T>[]> => Array.fromAsync(entriesBelow<T>(store, prefix));

/** The check that `key` has not changed since `entry` was read (absent when it was absent). */
export const unchanged = (key: Key, entry: Entry | undefined): Check => ({ key, version: entry?.version ?? null });

export interface Change<T> {
  readonly checks: readonly Check[];
  readonly writes: readonly Write[];
  readonly result: T;
}

/** Ours: how often an optimistic change is tried before the contention is reported. */
const ATTEMPTS_MAX = 50;

/**
 * Runs an optimistic change: `decide` reads and returns checks and writes; on conflict it is asked again.
 * A Fault thrown by `decide` passes through; no writes means no commit.
 */
export async function transact<T>(store: Pick<Store, "commit">, decide: () => Promise<Change<T>>): Promise<T> {
  for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
    const { checks, writes, result } = await decide();
    if (writes.length === 0) return result;
    const commit = await store.commit(checks, writes);
    if (commit.ok) return result;
  }
  throw new Error(`a change conflicted ${ATTEMPTS_MAX} times in a row`);
}
