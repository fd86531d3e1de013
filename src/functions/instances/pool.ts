// All instances of one version, and the events that wait for one of them.
import type { Version } from "../function.ts";
import type { FailedBoot } from "../invocations/ending.ts";
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
}

export interface Pool {
  readonly version: Version;
  /** Free to work, the one used last at the end; those whose program must be started again at the beginning. */
  readonly waiting: Instance[];
  readonly waiters: Waiter[];
  readonly line: Lined[];
  booting: number;
  busy: number;
  /** Epoch ms at which one last became busy or free. */
  turnedMs: number;
  /** A newer version has taken over: instances die when they have finished. */
  retired: boolean;
  /** Smoothed; undefined before the first. */
  meanDurationMs: number | undefined;
  meanHandlerMs: number | undefined;
  /** How often an instance has become free. */
  turns: number;
  meanBootMs: number;
}

/** Assumed until measured. */
const bootMsAssumed = 150;

export const newPool = (version: Version): Pool => ({ version, waiting: [], waiters: [], line: [], booting: 0, busy: 0, turnedMs: 0, retired: false, meanDurationMs: undefined, meanHandlerMs: undefined, turns: 0, meanBootMs: bootMsAssumed });

export const isEmpty = (pool: Pool): boolean => pool.waiting.length + pool.waiters.length + pool.line.length + pool.booting + pool.busy === 0;

/** A mean that follows: each new figure counts a fifth. */
export const smoothed = (mean: number | undefined, figure: number): number => (mean === undefined ? figure : mean + (figure - mean) / 5);
