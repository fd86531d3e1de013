// The short line at a quick function's instances: where handlers take microseconds, the next instance to be free is a better one than the next idle.
//
// Every process that is woken for an event of 50 µs costs more than the event: a switch of the processor, cold caches, code that is not compiled yet.
// So events of a version whose handlers are quick wait for a busy instance once there are as many of these as there are processors. It is never seen
// in what a handler can do, one event at a time, and never for long: whoever would wait longer than `PATIENCE_MS` by what the handlers took lately is
// not put into the line, and when no event has ended for a moment, the line is let go, one event first, then two, then four.
import { availableParallelism } from "node:os";
import type { Clock } from "../../kernel/clock.ts";
import type { Grant, Lined, Pool, SignalOf } from "./pool.ts";

/** Ours: the longest wait that is expected of anybody, and after how long without the end of an event we no longer believe it. */
const PATIENCE_MS = 1;
const STALL_MS = 2;
/** Asking takes a system call. */
const PROCESSORS = availableParallelism();
/** Ours: one figure at most, and what it counts in the mean: a program that was kept from running for a while tells little about its handler. */
const FIGURE_MS_MAX = 4;
const WEIGHT = { longer: 1 / 16, shorter: 1 / 4 };

export interface LineFigures {
  readonly busy: number;
  readonly inLine: number;
  /** What handlers took lately, as their wrappers tell; undefined while nobody has told. */
  readonly meanHandlerMs: number | undefined;
}

/** Whether one more event should wait for a busy instance. */
export function worthWaiting({ busy, inLine, meanHandlerMs }: LineFigures, processors = PROCESSORS): boolean {
  if (meanHandlerMs === undefined || meanHandlerMs > PATIENCE_MS || busy < processors) return false;
  return ((inLine + 1) * meanHandlerMs) / busy <= PATIENCE_MS;
}

/** The mean with one more figure. */
export function withFigure(meanMs: number | undefined, handlerMs: number | undefined): number | undefined {
  if (handlerMs === undefined) return meanMs;
  const figureMs = Math.min(handlerMs, FIGURE_MS_MAX);
  return meanMs === undefined ? figureMs : meanMs + (figureMs - meanMs) * (figureMs > meanMs ? WEIGHT.longer : WEIGHT.shorter);
}

export interface Lines {
  /** Waits for the pool's next free instance. */
  join(pool: Pool, signal: SignalOf): Promise<Grant>;
}

/** `letGo`: finds another way for an event that has waited long enough. */
export function openLines(clock: Pick<Clock, "after">, letGo: (pool: Pool, lined: Lined) => void): Lines {
  const watched = new Set<Pool>();
  const watch = (pool: Pool, turnsSeen: number, going: number): void => {
    watched.add(pool);
    clock.after(STALL_MS, () => {
      // After the answers that are there already: when it is our own event loop that was late, nobody has been slow.
      setImmediate(() => {
        watched.delete(pool);
        if (pool.line.length === 0) return;
        if (pool.turns !== turnsSeen) return watch(pool, pool.turns, 1);
        for (const lined of pool.line.splice(0, going)) letGo(pool, lined);
        if (pool.line.length > 0) watch(pool, turnsSeen, going * 2);
      });
    });
  };
  return {
    join: (pool, signal) =>
      new Promise((grant, refuse) => {
        pool.line.push({ grant, refuse, signal });
        if (!watched.has(pool)) watch(pool, pool.turns, 1);
      }),
  };
}
