// Counts invocations per account and region, in memory, against the concurrency the account may have.
import type { Scope } from "./function.ts";
import { throttled } from "./instances/dispatcher.ts";

export interface ActiveInvocations {
  /** Runs the task as one invocation; rejects with TooManyRequestsException when there are too many. Begins it before it returns. */
  count<T>(scope: Scope, task: () => Promise<T>): Promise<T>;
  free(scope: Scope): number;
  /** Resolves when none is active, or the signal aborts. */
  none(signal: AbortSignal): Promise<void>;
}

export function activeInvocations(perScopeMax: number): ActiveInvocations {
  const active = new Map<string, number>();
  let watchers: (() => void)[] = [];
  return {
    count: async (scope, task) => {
      const key = keyOf(scope);
      const now = active.get(key) ?? 0;
      if (now >= perScopeMax) throw throttled();
      active.set(key, now + 1);
      try {
        return await task();
      } finally {
        const left = (active.get(key) ?? 1) - 1;
        if (left > 0) active.set(key, left);
        else active.delete(key);
        if (active.size === 0) {
          for (const tell of watchers) tell();
          watchers = [];
        }
      }
    },
    free: (scope) => perScopeMax - (active.get(keyOf(scope)) ?? 0),
    none: async (signal) => {
      if (active.size === 0 || signal.aborted) return;
      await new Promise<void>((resolve) => {
        watchers.push(resolve);
        signal.addEventListener("abort", () => resolve(), { once: true });
      });
    },
  };
}

const keyOf = ({ account, region }: Scope): string => `${account}/${region}`;
