// The bounds of the heart that an operator may move, with the values they have when nobody does.
import { readFileSync } from "node:fs";
import { availableParallelism, totalmem } from "node:os";
import { limits } from "../kernel/limits.ts";
import type { Quotas } from "../kernel/quotas.ts";

/** Ours: what may be spent on what nobody has asked for yet, and what one takes at most. */
const CELLS_SHARE = 1 / 16;
export const CELL_MB = 48;
const CELLS_MAX = 32;
/** Ours: there are 8000 users for sandboxes, those that wait included. */
const INSTANCES_MAX = 7500;
/** Ours: open files that an instance takes at most (pipes, channel, /tmp, its endpoint and connections to it), and what all of them may take; the rest is for clients. */
const INSTANCE_FILES = 10;
const FILES_SHARE = 3 / 4;

export interface HeartLimits {
  /** Invocations at once, running or waiting, per account and region. */
  readonly accountConcurrencyMax: number;
  /** Sandboxes booting at once. */
  readonly bootsMax: number;
  /** Instances that can run count their configured memory, idle ones what they have used; the sum stays below this. */
  readonly memoryBudgetMb: number;
  /** So many instances there may be, whatever memory they take: each holds open files of this server and a user of the machine. */
  readonly instancesMax: number;
  /** Sandboxes booted ahead, for any function; 0 keeps none. They count against the memory budget as well, and make room for whatever runs. */
  readonly cellsMax: number;
  readonly initTimeoutMs: number;
  /** How long an invocation waits for an instance when memory or boots are short; then it is throttled. */
  readonly waitMsMax: number;
  readonly freezeAfterMs: number;
  readonly evictAfterMs: number;
  /** An older instance ends with the event it is busy with. */
  readonly ageMsMax: number;
  /** A streamed response; and how fast it may come once its first bytes (`limits.functions.streamBurstBytes`) have gone, Infinity for no bound. */
  readonly streamBytesMax: number;
  readonly streamBytesPerSecond: number;
  readonly asyncRetriesMax: number;
  readonly asyncAgeMsMax: number;
  /** After a kill of the server, events under way run again when this has passed. */
  readonly asyncLeaseMs: number;
}

export function defaultHeartLimits({ accountConcurrency }: Quotas): HeartLimits {
  const memoryBudgetMb = Math.floor((memoryBytes() * 0.75) / 1024 / 1024);
  return {
    accountConcurrencyMax: accountConcurrency,
    bootsMax: 2 * availableParallelism(),
    memoryBudgetMb,
    instancesMax: Math.min(INSTANCES_MAX, Math.max(1, Math.floor((openFilesMax() * FILES_SHARE) / INSTANCE_FILES))),
    cellsMax: Math.min(CELLS_MAX, Math.floor((memoryBudgetMb * CELLS_SHARE) / CELL_MB)),
    initTimeoutMs: limits.functions.initTimeoutMs,
    waitMsMax: 30_000,
    freezeAfterMs: 100,
    evictAfterMs: limits.functions.instanceIdleMs,
    ageMsMax: limits.functions.instanceAgeMsMax,
    streamBytesMax: limits.functions.streamResponseBytesMax,
    streamBytesPerSecond: limits.functions.streamBytesPerSecond,
    asyncRetriesMax: limits.functions.asyncRetriesDefault,
    asyncAgeMsMax: limits.functions.asyncAgeSecondsMax * 1000,
    asyncLeaseMs: 15_000,
  };
}

/** In a container, its limit; else the machine's memory. */
function memoryBytes(): number {
  const constrained = process.constrainedMemory();
  return constrained > 0 ? Math.min(constrained, totalmem()) : totalmem();
}

/** Of this process; Node has raised it as far as it may. Where the system does not tell there is hardly a bound. */
function openFilesMax(): number {
  try {
    return Number(/^Max open files +(\d+) /m.exec(readFileSync("/proc/self/limits", "utf8"))?.[1] ?? Infinity);
  } catch {
    return Infinity;
  }
}
