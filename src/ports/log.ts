// Ordered streams of records, numbered in commit order per stream. Records enter by a commit's `append`.
import type { Value } from "./value.ts";

export interface LogRecord<T = Value> {
  /** Starts at 1 and grows by one per record of the stream, in commit order: a reader that has seen n has seen all up to n. */
  readonly seq: number;
  /** Epoch ms of the commit. */
  readonly atMs: number;
  readonly data: T;
}

export interface Log {
  /** Records with `seq > after`, at most `limit`, in order. */
  read<T = Value>(stream: string, after: number, limit: number): Promise<readonly LogRecord<T>[]>;
  /** The last sequence number ever given, 0 for an unknown stream; trimming does not lower it. */
  tip(stream: string): Promise<number>;
  /** Forgets records with `seq <= upTo`. */
  trim(stream: string, upTo: number): Promise<void>;
  /** Forgets the stream; a new append starts at 1 again. */
  drop(stream: string): Promise<void>;
  /** Calls back, after durability, with the name of each stream below `prefix` that grew. A hint. */
  watch(prefix: string, listener: (stream: string) => void): () => void;
}
