// The records that wait in a lane, and when they are enough for a batch.
import type { Clock } from "../../../kernel/clock.ts";
import { batchLength } from "../batches.ts";
import type { Bell } from "../../bell.ts";
import type { Item } from "./lane.ts";
import type { TumblingWindow } from "./windows.ts";

export interface LaneQueue {
  push(item: Item): void;
  waiting(): number;
  /**
   * The next batch: as soon as there is anything, or with a window when that is over or the batch is full. Records of one tumbling window only;
   * `more`: a record of a later one waits. Empty when nothing has come by `until`, undefined when the signal aborts.
   */
  take(until: () => number | undefined, signal: AbortSignal): Promise<{ readonly items: readonly Item[]; readonly more: boolean } | undefined>;
}

export interface LaneQueueOptions {
  readonly batchSize: number;
  readonly windowSeconds: number;
  /** Of tumbling windows. */
  readonly windowOf?: (arrivedMs: number) => TumblingWindow;
}

export function openLaneQueue({ batchSize, windowSeconds, windowOf }: LaneQueueOptions, clock: Pick<Clock, "now">, bell: Bell): LaneQueue {
  let items: Item[] = [];
  /** When each of them came. */
  let cameMs: number[] = [];
  /** How many of them make a batch, and whether it can grow no more. */
  const look = (): { readonly count: number; readonly full: boolean; readonly more: boolean } => {
    const start = windowOf && items[0] && windowOf(items[0].record.arrivedMs).startMs;
    const edge = windowOf ? items.findIndex(({ record }) => windowOf(record.arrivedMs).startMs !== start) : -1;
    const within = edge < 0 ? items : items.slice(0, edge);
    const count = batchLength(sizes(within), batchSize);
    return { count, full: count === batchSize || count < items.length, more: edge >= 0 && count === edge };
  };
  return {
    waiting: () => items.length,
    push: (item) => {
      items.push(item);
      cameMs.push(clock.now());
      bell.ring();
    },
    take: async (until, signal) => {
      while (!signal.aborted) {
        const untilMs = until();
        const dueMs = cameMs[0] === undefined ? untilMs : cameMs[0] + windowSeconds * 1000;
        const { count, full, more } = look();
        if (count > 0 && (full || clock.now() >= (dueMs ?? 0))) {
          const taken = items.slice(0, count);
          [items, cameMs] = [items.slice(count), cameMs.slice(count)];
          return { items: taken, more };
        }
        if (items.length === 0 && untilMs !== undefined && clock.now() >= untilMs) return { items: [], more: false };
        await bell.heard(dueMs === undefined ? undefined : Math.max(1, dueMs - clock.now()));
      }
      return undefined;
    },
  };
}

function* sizes(items: readonly Item[]): Generator<number> {
  for (const { bytes } of items) yield bytes;
}
