// The one ever-growing number of the engine: versions, message numbers, receipts and epochs all come from it and are never reused.
import type { DatabaseSync } from "node:sqlite";

/** Numbers are reserved on disk in blocks, so that a commit need not write the counter; a restart begins behind the last block. */
const BLOCK = 2 ** 20;

export interface Sequence {
  /** No number that was given out before this opening is above it, no later one below. */
  readonly before: number;
  /** To be called inside a transaction. */
  next(): number;
  /** After a rollback the reservation on disk may be gone: the next number reserves again. */
  rolledBack(): void;
}

export function openSequence(db: DatabaseSync): Sequence {
  const save = db.prepare("UPDATE counter SET value = ? WHERE name = 'ceiling'");
  let last = Number(db.prepare("SELECT value FROM counter WHERE name = 'ceiling'").get()?.["value"]);
  let ceiling = last;
  return {
    before: last,
    next: () => {
      if (last >= ceiling) {
        ceiling = last + BLOCK;
        save.run(ceiling);
      }
      return ++last;
    },
    rolledBack: () => {
      ceiling = last;
    },
  };
}
