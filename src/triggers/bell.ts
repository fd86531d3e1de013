// A bell for one listener: whoever has news rings it, and what rang while nobody listened is heard at the next listening.
import type { Clock } from "../kernel/clock.ts";

export interface Bell {
  readonly ring: () => void;
  /** Forgets what rang while nobody listened. */
  readonly mute: () => void;
  /** Resolves at the next ring, at once when it rang since the last hearing or muting, or after `ms` of silence. */
  heard(ms?: number): Promise<"ring" | "silence">;
}

export function openBell(clock: Pick<Clock, "after">): Bell {
  let rung = false;
  let answer: (() => void) | undefined;
  return {
    ring: () => {
      rung = true;
      answer?.();
    },
    mute: () => {
      rung = false;
    },
    heard: (ms) =>
      new Promise((resolve) => {
        const settle = (how: "ring" | "silence"): void => {
          cancel();
          answer = undefined;
          rung = false;
          resolve(how);
        };
        const cancel = ms === undefined ? () => undefined : clock.after(ms, () => settle("silence"));
        answer = () => settle("ring");
        if (rung) settle("ring");
      }),
  };
}
