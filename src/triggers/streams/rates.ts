// What a shard takes and gives per second, when the limits of the original are on: a budget that refills and never holds more than one second.
import type { Clock } from "../../kernel/clock.ts";
import { limits } from "../../kernel/limits.ts";

const { shard } = limits.kinesis;

export interface Rates {
  /** Takes one record's share of the write budget; false when it is used up. */
  write(shardLog: string, bytes: number): boolean;
  /** Takes one call from the read budget; false when it, or the bytes of earlier calls, used it up. */
  read(shardLog: string): boolean;
  /** Charges what a call has read; what goes beyond the budget is paid by the calls after it. */
  charge(shardLog: string, bytes: number): void;
}

/** Everything is allowed. */
export const unlimited: Rates = { write: () => true, read: () => true, charge: () => undefined };

interface Budget {
  records: number;
  bytes: number;
  calls: number;
  readBytes: number;
  atMs: number;
}

/** Ours: budgets remembered; a forgotten one is full again, which it was unless it was in use within the last second. */
const REMEMBERED_MAX = 20_000;

export function shardRates(clock: Pick<Clock, "monotonicMs">): Rates {
  const budgets = new Map<string, Budget>();
  const budgetOf = (name: string): Budget => {
    const atMs = clock.monotonicMs();
    const full = { records: shard.writeRecordsPerSecond, bytes: shard.writeBytesPerSecond, calls: shard.readCallsPerSecond, readBytes: shard.readBytesPerSecond, atMs };
    const found = budgets.get(name);
    if (!found) {
      if (budgets.size >= REMEMBERED_MAX) budgets.clear();
      budgets.set(name, full);
      return full;
    }
    const seconds = (atMs - found.atMs) / 1000;
    const refill = (had: number, perSecond: number): number => Math.min(perSecond, had + seconds * perSecond);
    found.records = refill(found.records, full.records);
    found.bytes = refill(found.bytes, full.bytes);
    found.calls = refill(found.calls, full.calls);
    found.readBytes = refill(found.readBytes, full.readBytes);
    found.atMs = atMs;
    return found;
  };
  return {
    write: (name, bytes) => {
      const budget = budgetOf(name);
      // A record larger than a second's worth goes through a full budget and leaves a debt.
      if (budget.records < 1 || (budget.bytes < bytes && budget.bytes < shard.writeBytesPerSecond)) return false;
      budget.records -= 1;
      budget.bytes -= bytes;
      return true;
    },
    read: (name) => {
      const budget = budgetOf(name);
      if (budget.calls < 1 || budget.readBytes <= 0) return false;
      budget.calls -= 1;
      return true;
    },
    charge: (name, bytes) => {
      budgetOf(name).readBytes -= bytes;
    },
  };
}
