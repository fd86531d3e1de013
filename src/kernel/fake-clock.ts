// A clock that tests turn by hand: time passes only in `advance`, so no test ever waits.
import type { Clock } from "./clock.ts";

export interface FakeClock extends Clock {
  /** Moves time forward and runs what falls due, in order; resolves after the tasks' microtasks have run. */
  advance(ms: number): Promise<void>;
}

export function fakeClock(startMs = 1_700_000_000_000): FakeClock {
  let now = startMs;
  let timers: { readonly at: number; readonly task: () => void }[] = [];
  const after = (ms: number, task: () => void): (() => void) => {
    const timer = { at: now + ms, task };
    timers.push(timer);
    return () => {
      timers = timers.filter((other) => other !== timer);
    };
  };
  return {
    now: () => now,
    monotonicMs: () => now - startMs,
    after,
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        if (signal?.aborted) return reject(signal.reason);
        const onAbort = (): void => {
          cancel();
          reject(signal?.reason);
        };
        const cancel = after(ms, () => {
          signal?.removeEventListener("abort", onAbort);
          resolve();
        });
        signal?.addEventListener("abort", onAbort, { once: true });
      }),
    advance: async (ms) => {
      const until = now + ms;
      for (;;) {
        const due = timers.filter((timer) => timer.at <= until).sort((a, b) => a.at - b.at)[0];
        if (!due) break;
        timers = timers.filter((timer) => timer !== due);
        now = due.at;
        due.task();
        await new Promise<void>((resolve) => setImmediate(resolve));
      }
      now = until;
    },
  };
}
