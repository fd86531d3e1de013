// Keeps the last part of the disk for what frees space: on a disk that is full to the last byte nothing could even be deleted.
import { statfsSync } from "node:fs";
import type { Clock } from "../../kernel/clock.ts";
import { outage } from "../../kernel/fault.ts";
import { limits } from "../../kernel/limits.ts";

export interface Space {
  /** Throws an Outage of `where` that may pass when the disk has nothing to spare: to be called before writing what only grows. */
  demand(where: string): void;
}

/** Ours: how long an answer of the disk counts. */
const FRESH_MS = 100;
/** Ours: of a small disk the reserve is at most this part. */
const SHARE_MAX = 0.1;

/** `reserveBytes` replaces the limit. A file system that can not say what is free has no reserve. */
export function openSpace({ dir, clock, reserveBytes }: { readonly dir: string; readonly clock: Pick<Clock, "now">; readonly reserveBytes?: number }): Space {
  let askedAtMs = -Infinity;
  let missing: string | undefined;
  const ask = (): string | undefined => {
    try {
      const { bavail, blocks, bsize } = statfsSync(dir);
      const reserve = reserveBytes ?? Math.min(limits.store.diskReserveBytes, blocks * bsize * SHARE_MAX);
      return bavail * bsize < reserve ? `only ${megabytes(bavail * bsize)} MB are free on the disk of ${dir}, and ${megabytes(reserve)} are kept for deletions` : undefined;
    } catch {
      return undefined;
    }
  };
  return {
    demand: (where) => {
      const nowMs = clock.now();
      if (Math.abs(nowMs - askedAtMs) >= FRESH_MS) {
        askedAtMs = nowMs;
        missing = ask();
      }
      if (missing !== undefined) throw outage(where, { cause: new Error(missing), retryable: true });
    },
  };
}

const megabytes = (bytes: number): number => Math.round(bytes / 1024 / 1024);
