// Removes unpacked code that nobody uses any more, late enough that nobody is just about to.
import type { Clock } from "../kernel/clock.ts";

/** A place where unpacked code lies: of packages, of images. */
export interface CodeCache {
  /** Ids of what is there that nobody runs and that is at least `ageMs` old. */
  idle(ageMs: number, nowMs: number): Promise<readonly string[]>;
  /** Removes it unless it runs; no-op for an id that is not there. */
  discard(id: string): Promise<void>;
}

export interface CodeKeeper extends Disposable {
  /** Some function has stopped using this code. */
  left(blobId: string): void;
}

/** Ours: events that were given the old version before the change may still boot it; they wait at most half of this. */
const graceMs = 60_000;
/** Ours: code that was uploaded for a function that then was refused is found by looking. */
const sweepMs = 60 * 60_000;

export function codeKeeper(deps: {
  readonly caches: readonly CodeCache[];
  readonly clock: Clock;
  readonly usesCode: (blobId: string) => Promise<boolean>;
  readonly warn: (sentence: string, error: unknown, fields: Readonly<Record<string, unknown>>) => void;
}): CodeKeeper {
  const { caches, clock } = deps;
  const cancels = new Set<() => void>();
  const later = (ms: number, task: () => Promise<void>): void => {
    const cancel = clock.after(ms, () => {
      cancels.delete(cancel);
      void task().catch((error: unknown) => deps.warn("Unused code could not be removed; it stays on the disk for now.", error, {}));
    });
    cancels.add(cancel);
  };
  const removeIfUnused = async (blobId: string): Promise<void> => {
    if (!(await deps.usesCode(blobId))) for (const cache of caches) await cache.discard(blobId);
  };
  const sweep = async (): Promise<void> => {
    later(sweepMs, sweep);
    for (const cache of caches) for (const blobId of await cache.idle(sweepMs, clock.now())) await removeIfUnused(blobId);
  };
  later(graceMs, sweep);
  return {
    left: (blobId) => later(graceMs, () => removeIfUnused(blobId)),
    [Symbol.dispose]: () => {
      for (const cancel of cancels) cancel();
    },
  };
}
