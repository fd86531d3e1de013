// Who is subscribed to which shard: one subscription per consumer and shard, that a newer one takes over once it is five seconds old.
import type { Clock } from "../../kernel/clock.ts";
import { limits } from "../../kernel/limits.ts";

export interface Subscription {
  /** Aborts after five minutes, when the client leaves, and when another takes over. */
  readonly signal: AbortSignal;
  readonly takenOver: () => boolean;
  readonly end: () => void;
}

export interface Subscriptions {
  /** Undefined while an earlier subscription of the same name is too young to be taken over. */
  begin(name: string, left: AbortSignal): Subscription | undefined;
}

interface Live {
  readonly sinceMs: number;
  readonly takeOver: () => void;
}

export function openSubscriptions(clock: Pick<Clock, "monotonicMs" | "after">): Subscriptions {
  const live = new Map<string, Live>();
  return {
    begin: (name, left) => {
      const earlier = live.get(name);
      if (earlier && clock.monotonicMs() - earlier.sinceMs < limits.kinesis.subscriptionHoldMs) return undefined;
      earlier?.takeOver();
      const controller = new AbortController();
      let taken = false;
      const own: Live = {
        sinceMs: clock.monotonicMs(),
        takeOver: () => {
          taken = true;
          end();
        },
      };
      const cancel = clock.after(limits.kinesis.subscriptionMs, end);
      function end(): void {
        cancel();
        left.removeEventListener("abort", end);
        if (live.get(name) === own) live.delete(name);
        controller.abort();
      }
      // Also when the answer's body was never asked for.
      left.addEventListener("abort", end, { once: true });
      live.set(name, own);
      return { signal: controller.signal, takenOver: () => taken, end };
    },
  };
}
