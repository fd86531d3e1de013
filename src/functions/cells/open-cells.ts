// Keeps cells ready: boots them while the machine has nothing better to do, hands them out, replaces those that die.
import type { Clock } from "../../kernel/clock.ts";
import { hexId } from "../../kernel/ids.ts";
import type { Sandboxes } from "../../ports/sandbox.ts";
import { CELL_MB } from "../heart-limits.ts";
import { CELL_CROWD_MS, CELL_DEMAND_MS, planCells } from "./cell-plan.ts";
import type { Cells } from "./cells.ts";
import { bootCell, type Cell } from "./cell.ts";
import { conditionsOf, type Conditions } from "./conditions.ts";
import { packageFinder } from "./packages-of.ts";

export interface CellsDeps {
  readonly sandboxes: Sandboxes;
  readonly clock: Clock;
  readonly cellsMax: number;
  /** What instances leave of the memory budget. */
  readonly freeMb: () => number;
  /** Whether work is running for which somebody waits. */
  readonly busy: () => boolean;
  /** For the operator. */
  readonly warn: (sentence: string, error: unknown, fields: Readonly<Record<string, unknown>>) => void;
}

/** Ours: the start that has just taken one has the machine for so long. */
const REFILL_MS = 30;
/** Ours: how long a refill waits for running work, in all; then it goes on with the least share of the machine. */
const YIELD_MS_MAX = 500;
/** Ours: after a failure. */
const RETRY_MS = 30_000;

/** Long enough ago to be quiet, whatever the clock says. */
const NEVER_MS = Number.MIN_SAFE_INTEGER;

interface Kind {
  readonly conditions: Conditions;
  readonly waiting: Cell[];
  booting: number;
  /** Monotonic ms of recent starts. */
  starts: number[];
  lastUsedMs: number;
  /** Until then nothing is tried: the last boot failed. */
  restUntilMs: number;
}

/** None where the sandboxes can not be added to. */
export function openCells(deps: CellsDeps): Cells | undefined {
  const { sandboxes, clock, cellsMax } = deps;
  const { shelf } = sandboxes;
  if (shelf === undefined || cellsMax === 0) return undefined;
  const kinds = new Map<string, Kind>();
  const endings = new Set<Promise<void>>();
  const packagesOf = packageFinder();
  let closed = false;
  let booting: Promise<void> | undefined;
  let next: { readonly atMs: number; readonly cancel: () => void } | undefined;
  let yieldedMs = 0;

  const end = (cell: Cell): void => {
    const ending = endOf(cell).finally(() => endings.delete(ending));
    endings.add(ending);
  };
  const endOf = async (cell: Cell): Promise<void> => {
    try {
      await cell[Symbol.asyncDispose]();
    } catch (error) {
      deps.warn("A waiting sandbox could not be ended.", error, {});
    }
  };
  /** The latest first. */
  const byUse = (): readonly (readonly [string, Kind])[] => [...kinds].toSorted(([, a], [, b]) => b.lastUsedMs - a.lastUsedMs);
  const demand = (conditions: Conditions, atMs: number): Kind => {
    const kind = kinds.get(conditions.key) ?? { conditions, waiting: [], booting: 0, starts: [], lastUsedMs: NEVER_MS, restUntilMs: 0 };
    kinds.set(conditions.key, kind);
    kind.lastUsedMs = Math.max(kind.lastUsedMs, atMs);
    refillIn(REFILL_MS);
    return kind;
  };
  const refillIn = (ms: number): void => {
    const atMs = clock.monotonicMs() + ms;
    if (closed || booting || (next && next.atMs <= atMs)) return;
    next?.cancel();
    next = {
      atMs,
      cancel: clock.after(ms, () => {
        next = undefined;
        refill();
      }),
    };
  };
  const refill = (): void => {
    const nowMs = clock.monotonicMs();
    for (const kind of kinds.values()) kind.starts = kind.starts.filter((at) => nowMs - at < CELL_DEMAND_MS);
    forget();
    const figures = byUse().filter(([, { restUntilMs }]) => restUntilMs <= nowMs).map(([key, { waiting, booting: under, starts, lastUsedMs }]) => ({ key, cells: waiting.length + under, starts: starts.length, lastUsedMs }));
    const plan = planCells({ kinds: figures, nowMs, cellsMax: Math.min(cellsMax, Math.max(0, Math.floor(deps.freeMb() / CELL_MB))) });
    for (const key of plan.drop) {
      const cell = kinds.get(key)?.waiting.shift();
      if (cell) end(cell);
    }
    const kind = plan.boot === undefined ? undefined : kinds.get(plan.boot);
    // Demand fades.
    if (!kind) return kinds.size > 0 ? refillIn(plan.later ? CELL_CROWD_MS : CELL_DEMAND_MS) : undefined;
    if (deps.busy() && yieldedMs < YIELD_MS_MAX) {
      yieldedMs += REFILL_MS;
      return refillIn(REFILL_MS);
    }
    yieldedMs = 0;
    booting = boot(kind);
  };
  /** The kinds used longest ago, for which there never would be room. */
  const forget = (): void => {
    for (const [key, { waiting, booting: under }] of byUse().toReversed()) {
      if (kinds.size <= cellsMax) return;
      if (under > 0) continue;
      kinds.delete(key);
      for (const cell of waiting.splice(0)) end(cell);
    }
  };
  const boot = async (kind: Kind): Promise<void> => {
    kind.booting++;
    try {
      const cell = await bootCell(`c${hexId(8)}`, kind.conditions, sandboxes);
      if (closed) return end(cell);
      kind.waiting.push(cell);
      void cell.sandbox.exited.then(() => {
        const at = kind.waiting.indexOf(cell);
        if (at < 0) return;
        kind.waiting.splice(at, 1);
        end(cell);
        refillIn(REFILL_MS);
      });
    } catch (error) {
      deps.warn("No sandbox could be booted ahead; functions boot when they are called.", error, { runtime: kind.conditions.runtime });
      kind.restUntilMs = clock.monotonicMs() + RETRY_MS;
    } finally {
      kind.booting--;
      booting = undefined;
      refillIn(0);
    }
  };
  return {
    take: async (wanted, spec) => {
      const conditions = conditionsOf(wanted, spec, await packagesOf(spec));
      const filling = wanted.mounts.filter(({ target }) => conditions?.program.vacant?.includes(target));
      if (!conditions || closed || !filling.every(({ source }) => source.startsWith(`${shelf}/`))) return undefined;
      const kind = demand(conditions, clock.monotonicMs());
      kind.starts.push(kind.lastUsedMs);
      const cell = kind.waiting.pop();
      if (!cell) return undefined;
      try {
        await cell.become(wanted);
        return cell;
      } catch (error) {
        deps.warn("A waiting sandbox could not become a function's; it boots fresh.", error, { function: spec.version.name });
        end(cell);
        return undefined;
      }
    },
    expect: async (wanted, spec, soon) => {
      const conditions = conditionsOf(wanted, spec, await packagesOf(spec));
      if (conditions && !closed) demand(conditions, soon ? clock.monotonicMs() : NEVER_MS);
    },
    status: () => {
      const counts = new Map<string, { readonly runtime: string; readonly ahead: string; waiting: number }>();
      for (const { conditions: { runtime, ahead }, waiting } of kinds.values()) {
        const count = counts.get(`${runtime} ${ahead}`) ?? { runtime, ahead, waiting: 0 };
        counts.set(`${runtime} ${ahead}`, count);
        count.waiting += waiting.length;
      }
      return [...counts.values()];
    },
    [Symbol.asyncDispose]: async () => {
      closed = true;
      next?.cancel();
      await booting;
      for (const { waiting } of kinds.values()) for (const cell of waiting.splice(0)) end(cell);
      await Promise.all(endings);
    },
  };
}

