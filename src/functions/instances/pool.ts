// All instances of one version, and the events that wait for one of them.
import type { Version } from "../function.ts";
import type { FailedBoot } from "../invocations/ending.ts";
import type { Invocation } from "../runner.ts";
import type { Instance } from "./instance.ts";

/** An instance for one event. `failure`: its boot failed for good, and the failure is the event's answer. */
export interface Grant {
  readonly instance: Instance;
  readonly failure: FailedBoot | undefined;
}

export interface Waiter {
  readonly grant: (grant: Grant) => void;
  readonly refuse: (reason: unknown) => void;
}

/** Asked for only when it matters: making one costs. */
export type SignalOf = (() => AbortSignal) | undefined;

/** Waits for the next free instance because handlers are quick; see `line.ts`. */
export interface Lined extends Waiter {
  readonly signal: SignalOf;
  /** What a busy instance's program would be told ahead of its turn; absent where somebody must see the event begin. */
  readonly event: EventOf;
}

export type EventOf = (() => Invocation) | undefined;

export interface Pool {
  readonly version: Version;
  /** Free to work, the one used last at the end; those whose program must be started again at the beginning. */
  readonly waiting: Instance[];
  readonly waiters: Waiter[];
  readonly line: Lined[];
  /** Those that lie with the program of a busy instance before their turn, by request id and in their order; they are not in `line`. */
  readonly ahead: Map<Instance, Map<string, Lined>>;
  booting: number;
  /** Those that have an event. */
  readonly working: Set<Instance>;
  /** Epoch ms at which one last became busy or free. */
  turnedMs: number;
  /** A newer version has taken over: instances die when they have finished. */
  retired: boolean;
  /** Smoothed; undefined before the first. */
  meanDurationMs: number | undefined;
  meanHandlerMs: number | undefined;
  /** How many handlers in a row have been anything but slow. */
  calm: number;
  /** How often an instance has become free. */
  turns: number;
  /** How long that takes, smoothed, while there is a line; and monotonic ms at which it last happened, or the line began. */
  gapMs: number | undefined;
  lineTurnedMs: number;
  meanBootMs: number;
}

/** Assumed until measured. */
const bootMsAssumed = 150;

export const newPool = (version: Version): Pool => ({ version, waiting: [], waiters: [], line: [], ahead: new Map(), booting: 0, working: new Set(), turnedMs: 0, retired: false, meanDurationMs: undefined, meanHandlerMs: undefined, calm: 0, turns: 0, gapMs: undefined, lineTurnedMs: 0, meanBootMs: bootMsAssumed });

export const isEmpty = (pool: Pool): boolean => pool.waiting.length + pool.waiters.length + inLine(pool) + pool.booting + pool.working.size === 0;

/** Events that wait for a busy instance. */
export function inLine({ line, ahead }: Pool): number {
  let count = line.length;
  for (const { size } of ahead.values()) count += size;
  return count;
}

/** A mean that follows: each new figure counts a fifth. */
export const smoothed = (mean: number | undefined, figure: number): number => (mean === undefined ? figure : mean + (figure - mean) / 5);
