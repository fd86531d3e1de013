// A bell for one listener: whoever has news rings it, and what rang while nobody listened is heard at the next listening.
import type { Clock } from "../../../kernel/clock.ts";

export interface Bell {
  readonly ring: () => void;
  /** Resolves at the next ring, at once when it rang since the last hearing, or after `ms`. */
  heard(ms?: number): Promise<void>;
}

export function openBell(clock: Pick<Clock, "after">): Bell {
  let rung = false;
  let answer: (() => void) | undefined;
  return {
    ring: () => {
      rung = true;
      answer?.();
    },
    heard: (ms) =>
      new Promise((resolve) => {
        const settle = (): void => {
          cancel();
          answer = undefined;
          rung = false;
          resolve();
        };
        const cancel = ms === undefined ? () => undefined : clock.after(ms, settle);
        answer = settle;
        if (rung) settle();
      }),
  };
}
