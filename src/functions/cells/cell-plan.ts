// Decides how many cells wait for each kind of start, purely from figures.

export interface CellFigures {
  /** In the order of last use, the latest first. */
  readonly kinds: readonly {
    readonly key: string;
    /** Waiting or booting. */
    readonly cells: number;
    /** Starts within the last `CELL_DEMAND_MS`. */
    readonly starts: number;
    readonly lastUsedMs: number;
  }[];
  readonly nowMs: number;
  /** How many cells there may be in all. */
  readonly cellsMax: number;
}

/** Ours: starts are remembered for so long. */
export const CELL_DEMAND_MS = 10_000;
/** Ours: for the call that comes alone, and for the one right after it. */
const FLOOR = 2;
/** Ours: what has not been started for so long keeps one. */
const QUIET_MS = 10 * 60_000;
/** Ours: a crowd beyond this boots fresh, or waits. */
const PER_KIND_MAX = 8;
/** Ours: what is booted for the next crowd stays out of the way of this one for so long after its last start. */
export const CELL_CROWD_MS = 300;

export interface CellPlan {
  /** The kind that gets one more cell now; the machine is shared, so one at a time. */
  readonly boot: string | undefined;
  /** More are wanted than shall be booted now. */
  readonly later: boolean;
  /** Kinds that give one up, a mention per cell. */
  readonly drop: readonly string[];
}

/** The kinds used last come first; those for which there is no room give up what they have. */
export function planCells({ kinds, nowMs, cellsMax }: CellFigures): CellPlan {
  let left = cellsMax;
  let boot: string | undefined;
  let later = false;
  const drop: string[] = [];
  for (const { key, cells, starts, lastUsedMs } of kinds) {
    const floor = nowMs - lastUsedMs > QUIET_MS ? 1 : FLOOR;
    const wanted = Math.min(left, PER_KIND_MAX, Math.max(floor, starts));
    left -= wanted;
    if (cells < Math.min(wanted, floor) || (cells < wanted && nowMs - lastUsedMs >= CELL_CROWD_MS)) boot ??= key;
    else if (cells < wanted) later = true;
    for (let surplus = cells - wanted; surplus > 0; surplus--) drop.push(key);
  }
  return { boot, later, drop };
}
