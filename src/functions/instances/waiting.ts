// Events that wait until an instance is free or booted, as long as they may.
import type { Clock } from "../../kernel/clock.ts";
import { throttled } from "../concurrency/open-concurrency.ts";
import type { Grant, Pool, Waiter } from "./pool.ts";

export interface Waiting {
  /** Rejects with TooManyRequestsException after the longest wait, and with the signal's reason when it aborts. */
  join(pool: Pool, signal: AbortSignal | undefined): Promise<Grant>;
}

/** `onLeft`: one has left its pool without an instance. */
export function openWaiting(clock: Pick<Clock, "after">, waitMsMax: number, onLeft: (pool: Pool) => void): Waiting {
  return {
    join: (pool, signal) =>
      new Promise((resolve, reject) => {
        if (signal?.aborted) return reject(signal.reason as Error);
        const settled = (): void => {
          cancel();
          signal?.removeEventListener("abort", onAbort);
        };
        const leave = (reason: unknown): void => {
          const at = pool.waiters.indexOf(waiter);
          if (at >= 0) pool.waiters.splice(at, 1);
          settled();
          reject(reason);
          onLeft(pool);
        };
        const waiter: Waiter = {
          grant: (grant) => {
            settled();
            resolve(grant);
          },
          refuse: leave,
        };
        const onAbort = (): void => leave(signal?.reason);
        const lookAgain = (): (() => void) =>
          clock.after(waitMsMax, () => {
            // An instance that is booting will be there within the limits of booting.
            if (pool.waiters.indexOf(waiter) < pool.booting) cancel = lookAgain();
            else leave(throttled("ConcurrentInvocationLimitExceeded"));
          });
        let cancel = lookAgain();
        signal?.addEventListener("abort", onAbort, { once: true });
        pool.waiters.push(waiter);
      }),
  };
}
