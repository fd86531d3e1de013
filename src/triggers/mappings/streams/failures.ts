// What is remembered of batches that failed and are tried again, so that a restart goes on counting where it was.
import type { SourceRecord } from "./stream-source.ts";

/** A batch, or a part of one: records of one lane, from one sequence number to another. */
export interface FailedBatch {
  readonly from: string;
  readonly to: string;
  /** Of the function on it. */
  readonly failures: number;
  readonly invocations: number;
}

/** As the checkpoint has them: of each lane, in the order of its records. */
export type StoredFailures = readonly (readonly FailedBatch[])[];

/** A batch, or what is left of one, with its failures so far. */
export interface Counted<Item extends Numbered> extends Pick<FailedBatch, "failures" | "invocations"> {
  readonly items: readonly Item[];
}

interface Numbered {
  readonly record: Pick<SourceRecord, "sequenceNumber">;
}

export interface LaneFailures {
  /** The next batch, cut where batches that had failed before a restart began and ended; one part at least. */
  cut<Item extends Numbered>(items: readonly Item[]): readonly Counted<Item>[];
  /** What is left of that batch. */
  left(parts: readonly Counted<Numbered>[]): void;
}

export interface Failures {
  of(lane: number): LaneFailures;
  /** Undefined when there are none. */
  stored(): StoredFailures | undefined;
}

/** What was stored counts as long as there are as many lanes, which is what says where a record goes. */
export function openFailures(lanes: number, stored: StoredFailures | undefined): Failures {
  const known: (readonly FailedBatch[])[] = Array.from({ length: lanes }, (_, lane) => (stored?.length === lanes ? stored[lane] : undefined) ?? []);
  return {
    of: (lane) => {
      /** Of records that have not come by again. */
      let later: readonly FailedBatch[] = [];
      return {
        cut: <Item extends Numbered>(items: readonly Item[]): readonly Counted<Item>[] => {
          const failed = known[lane] ?? [];
          const last = items.at(-1)?.record.sequenceNumber;
          later = failed.filter(({ to }) => last === undefined || order(to, last) > 0);
          const parts: (Counted<Item> & { readonly of: FailedBatch | undefined; readonly items: Item[] })[] = [];
          for (const item of items) {
            const of = failed.find(({ from, to }) => order(from, item.record.sequenceNumber) <= 0 && order(item.record.sequenceNumber, to) <= 0);
            const part = parts.at(-1);
            if (part && part.of === of) part.items.push(item);
            else parts.push({ of, items: [item], failures: of?.failures ?? 0, invocations: of?.invocations ?? 0 });
          }
          return parts.length > 0 ? parts : [{ items, failures: 0, invocations: 0 }];
        },
        left: (parts) => {
          const failed = parts.flatMap(({ items, failures, invocations }): readonly FailedBatch[] => {
            const [first, last] = [items[0], items.at(-1)];
            return first && last && failures > 0 ? [{ from: first.record.sequenceNumber, to: last.record.sequenceNumber, failures, invocations }] : [];
          });
          known[lane] = [...failed, ...later];
        },
      };
    },
    stored: () => (known.some((failed) => failed.length > 0) ? known : undefined),
  };
}

/** Sequence numbers are decimal and without leading zeros where their lengths differ. */
const order = (a: string, b: string): number => a.length - b.length || (a < b ? -1 : a > b ? 1 : 0);
