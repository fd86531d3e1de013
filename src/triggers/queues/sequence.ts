// Sequence numbers of FIFO messages: always growing, across restarts too, whatever the clock does.
import type { Clock } from "../../kernel/clock.ts";
import { type Change, set, type Store, transact, unchanged } from "../../ports/store.ts";

const KEY = ["queues", "sequence"];
/** Numbers per millisecond; 2 ** 53 is then reached in the year 2248. */
const PER_MS = 1024;
/** How far ahead numbers are reserved on disk, so that a send does not write the counter. */
const AHEAD = 3_600_000 * PER_MS;
/** The original's numbers have 20 digits and begin about here. */
const BASE = 18_800_000_000_000_000_000n;

export interface Sequence {
  /** To be awaited before `next`. */
  ready(): Promise<void> | undefined;
  /** Never waits, so that numbers are in the order of the commits they are taken for. */
  next(): string;
}

export function openSequence({ store, clock }: { readonly store: Pick<Store, "get" | "commit">; readonly clock: Pick<Clock, "now"> }): Sequence {
  let last = -1;
  let ceiling = -1;
  let reserving: Promise<void> | undefined;
  const reserve = async (): Promise<void> => {
    ceiling = await transact(store, async (): Promise<Change<number>> => {
      const entry = await store.get<number>(KEY);
      // What was reserved before may have been used by a life of this server that was killed.
      if (last < 0) last = Math.max(entry?.value ?? 0, Math.floor(clock.now()) * PER_MS);
      const reserved = Math.max(last, Math.floor(clock.now()) * PER_MS) + AHEAD;
      return { checks: [unchanged(KEY, entry)], writes: [set(KEY, reserved)], result: reserved };
    });
  };
  return {
    // Room for what is sent while the reservation is written.
    ready: () => (Math.max(last, Math.floor(clock.now()) * PER_MS) + 1_000_000 < ceiling ? undefined : (reserving ??= reserve().finally(() => (reserving = undefined)))),
    next: () => {
      last = Math.max(last + 1, Math.floor(clock.now()) * PER_MS);
      return String(BASE + BigInt(last));
    },
  };
}
