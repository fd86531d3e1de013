// The short line at a quick function's instances: where handlers take microseconds, the next instance to be free is a better one than the next idle.
//
// Every process that is woken for an event of 50 µs costs more than the event: a switch of the processor, cold caches, code that is not compiled yet.
// So events of a version whose handlers are quick wait for a busy instance once there are as many of these as there are processors. It is never seen
// in what a handler can do, one event at a time, and never for long: whoever would wait longer than `PATIENCE_MS` by what the handlers took lately is
// not put into the line, and when no event has ended for a moment, the line is let go, one event first, then two, then four.
import { availableParallelism } from "node:os";
import type { Clock } from "../../kernel/clock.ts";
import type { Instance } from "./instance.ts";
import { inLine, smoothed, type EventOf, type Grant, type Lined, type Pool, type SignalOf } from "./pool.ts";

/** Ours: the longest wait that is expected of anybody. */
const PATIENCE_MS = 1;
/** Ours: after so long without the end of an event, or so many times as long as it usually takes, we no longer believe it. On a crowded machine all are late, and waking more would make them later. */
const STALL_MS = { least: 2, most: 20 };
const STALL_GAPS = 4;
/** Asking takes a system call. */
const PROCESSORS = availableParallelism();
/** Ours: one figure at most, and what it counts in the mean: a program that was kept from running for a while tells little about its handler. */
const FIGURE_MS_MAX = 4;
/** Ours: so many events lie with a busy instance's program at most. */
const AHEAD_MAX = 16;
/** Ours: and none where one handler in fifty blocks its program for so long, as what lies there can not be had back meanwhile. */
const SLOW_MS = 50;
const CALM = { needed: 200, most: 400, lost: 50 };
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
  /** Whether one more event should wait in the pool's line. */
  isWorthIt(pool: Pool): boolean;
  /** One of the pool's instances has become free; to be told before it is given to anybody. `handlerMs`: what its handler took, where its wrapper tells. */
  turned(pool: Pool, instance: Instance, handlerMs: number | undefined): void;
  /** Waits for the pool's next free instance. */
  join(pool: Pool, signal: SignalOf, event: EventOf): Promise<Grant>;
  /** Who gets an instance that has become free: what lies with its program comes before all else. */
  next(pool: Pool, instance: Instance): Lined | undefined;
  /** What lay with the program of an instance, which has ended, waits for others. */
  scatter(pool: Pool, instance: Instance): void;
}

/** `letGo`: finds another way for an event that has waited long enough. */
export function openLines(clock: Pick<Clock, "after" | "monotonicMs">, letGo: (pool: Pool, lined: Lined) => void): Lines {
  const watched = new Set<Pool>();
  const watch = (pool: Pool, turnsSeen: number, going: number): void => {
    watched.add(pool);
    const sentTo = [...pool.ahead.keys()].map((instance) => ({ instance, turns: instance.turns }));
    clock.after(stallMs(pool), () => {
      // After the answers that are there already: when it is our own event loop that was late, nobody has been slow.
      setImmediate(() => {
        watched.delete(pool);
        if (inLine(pool) === 0) return;
        for (const { instance, turns } of sentTo) if (instance.turns === turns) recall(pool, instance);
        if (pool.turns !== turnsSeen) return watch(pool, pool.turns, 1);
        for (const lined of pool.line.splice(0, going)) letGo(pool, lined);
        if (inLine(pool) > 0) watch(pool, turnsSeen, going * 2);
      });
    });
  };
  const recall = (pool: Pool, instance: Instance): void => {
    for (const [requestId, lined] of pool.ahead.get(instance) ?? []) {
      instance.recall(requestId, () => {
        if (take(pool, instance, requestId)) pool.line.unshift(lined);
      });
    }
  };
  /** The busy instance that has the fewest events ahead and can take one more. */
  const taker = (pool: Pool): Instance | undefined => {
    if (pool.calm < CALM.needed) return undefined;
    let fewest: Instance | undefined;
    let least = AHEAD_MAX;
    for (const instance of pool.working) {
      const count = pool.ahead.get(instance)?.size ?? 0;
      if (count < least) [fewest, least] = [instance, count];
    }
    return fewest;
  };
  const send = (pool: Pool, instance: Instance, lined: Lined, first = false): boolean => {
    const event = lined.event?.();
    if (!event || !instance.sendAhead(event, first)) return false;
    const ahead = pool.ahead.get(instance) ?? new Map<string, Lined>();
    pool.ahead.set(instance, ahead.set(event.requestId, lined));
    return true;
  };
  /** Gives an instance that has become free its share of the line, in one go. */
  const lay = (pool: Pool, instance: Instance): void => {
    const there = pool.ahead.get(instance)?.size ?? 0;
    const first = there === 0;
    const share = Math.min(AHEAD_MAX - there, Math.ceil(pool.line.length / (pool.working.size + 1)));
    let laid = 0;
    for (const lined of pool.line) {
      if (laid === share || !send(pool, instance, lined, first && laid === 0)) break;
      laid++;
    }
    pool.line.splice(0, laid);
    if (first) instance.flushAhead();
  };
  return {
    isWorthIt: (pool) => worthWaiting(figuresOf(pool, inLine(pool))),
    turned: (pool, instance, handlerMs) => {
      pool.turns++;
      instance.turns++;
      pool.meanHandlerMs = withFigure(pool.meanHandlerMs, handlerMs);
      pool.calm = handlerMs === undefined || handlerMs > SLOW_MS ? Math.max(0, pool.calm - CALM.lost) : Math.min(pool.calm + 1, CALM.most);
      if (inLine(pool) === 0) return;
      const nowMs = clock.monotonicMs();
      pool.gapMs = smoothed(pool.gapMs, Math.min(nowMs - pool.lineTurnedMs, STALL_MS.most));
      pool.lineTurnedMs = nowMs;
    },
    join: (pool, signal, event) =>
      new Promise((grant, refuse) => {
        if (inLine(pool) === 0) pool.lineTurnedMs = clock.monotonicMs();
        const lined: Lined = { grant, refuse, signal, event };
        const instance = taker(pool);
        if (!instance || !send(pool, instance, lined)) pool.line.push(lined);
        if (!watched.has(pool)) watch(pool, pool.turns, 1);
      }),
    next: (pool, instance) => {
      if (!pool.ahead.has(instance) && worthWaiting(figuresOf(pool, inLine(pool) - 1))) return undefined;
      if (pool.line.length > 0 && pool.calm >= CALM.needed) lay(pool, instance);
      const [sent] = pool.ahead.get(instance)?.keys() ?? [];
      return sent === undefined ? pool.line.shift() : take(pool, instance, sent);
    },
    scatter: (pool, instance) => {
      pool.line.unshift(...(pool.ahead.get(instance)?.values() ?? []));
      pool.ahead.delete(instance);
    },
  };
}

/** Takes an event off those that lie with an instance; undefined when it does not any more. */
function take(pool: Pool, instance: Instance, requestId: string): Lined | undefined {
  const ahead = pool.ahead.get(instance);
  const lined = ahead?.get(requestId);
  ahead?.delete(requestId);
  if (ahead?.size === 0) pool.ahead.delete(instance);
  return lined;
}

const figuresOf = ({ working, meanHandlerMs }: Pool, inLine: number): LineFigures => ({ busy: working.size, inLine, meanHandlerMs });

const stallMs = ({ gapMs = 0 }: Pool): number => Math.min(Math.max(STALL_MS.least, STALL_GAPS * gapMs), STALL_MS.most);
