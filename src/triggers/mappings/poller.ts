// What reads one source for one mapping, whatever kind the source is of.
import type { Heart } from "../../functions/heart.ts";
import type { Clock } from "../../kernel/clock.ts";
import type { MappingStatus } from "./mapping.ts";

export interface Poller {
  /** Begins nothing more; resolves when nothing of it runs any more. An end that comes after this counts only if it is a success. */
  stop(): Promise<void>;
  /** Takes in nothing more, and lets what runs end as if nothing had happened; absent where a successor has to wait for the end. */
  leave?(): Promise<void>;
  status(): MappingStatus;
}

export interface PollerDeps {
  readonly heart: Pick<Heart, "invoke" | "room" | "onRoom" | "onChange" | "versionOf" | "destinations">;
  readonly clock: Clock;
  readonly warn: (sentence: string, error: unknown, fields: Readonly<Record<string, unknown>>) => void;
}

/** Ours: after something that should be there was not: the function, the source, the store. */
export const ABSENCE_MS = 5_000;

/** Waits, and no longer than until the signal aborts; never rejects. */
export const pause = (clock: Pick<Clock, "sleep">, ms: number, signal: AbortSignal): Promise<void> => clock.sleep(ms, signal).catch(() => undefined);

/** Doubling from `firstMs` to `maxMs`; `failures` from 1. */
export const backoff = (failures: number, firstMs: number, maxMs: number): number => Math.min(maxMs, firstMs * 2 ** Math.min(30, failures - 1));
