// Looks after instances that have nothing to do, with one timer for all of them.
import type { Clock } from "../../kernel/clock.ts";
import { planIdle, type IdleRules } from "./idle-plan.ts";
import type { Instance } from "./instance.ts";

export interface IdleKeeper {
  add(instance: Instance): void;
  remove(instance: Instance): void;
  find(id: string): Instance | undefined;
  /** Those that may go, the one used longest ago first. */
  list(): readonly Instance[];
  stop(): void;
}

export interface IdleKeeperDeps {
  readonly clock: Clock;
  readonly limits: IdleRules;
  /** Runs a change of state where charges are counted. */
  readonly freeze: (instance: Instance, change: () => void) => void;
  readonly onRefused: (instance: Instance, error: unknown) => void;
  /** Must call `remove`. */
  readonly evict: (instance: Instance) => void;
}

export function idleKeeper(deps: IdleKeeperDeps): IdleKeeper {
  const { clock, limits } = deps;
  // Insertion order is the order of last use.
  const idle = new Map<string, Instance>();
  let timer: { readonly atMs: number; readonly cancel: () => void } | undefined;

  /** At the latest at `atMs`; a timer that is due earlier does as well. */
  const lookBy = (atMs: number): void => {
    if (timer && timer.atMs <= atMs) return;
    timer?.cancel();
    timer = { atMs, cancel: clock.after(Math.max(1, atMs - clock.now()), look) };
  };
  const look = (): void => {
    timer = undefined;
    const now = clock.now();
    const facts = [...idle.values()].map((instance) => ({ id: instance.id, idleSinceMs: instance.idleSinceMs, freezable: instance.state === "idle" && instance.freezable, kept: instance.kept, bornMs: instance.bornMs }));
    const plan = planIdle(facts, now, limits);
    for (const id of plan.freeze) {
      const instance = idle.get(id);
      if (instance) deps.freeze(instance, () => instance.freeze((error) => deps.onRefused(instance, error)));
    }
    for (const id of plan.evict) {
      const instance = idle.get(id);
      if (instance) deps.evict(instance);
    }
    if (plan.nextMs !== undefined) lookBy(plan.nextMs);
  };
  return {
    add: (instance) => {
      idle.set(instance.id, instance);
      lookBy(instance.idleSinceMs + Math.min(limits.freezeAfterMs, limits.evictAfterMs));
    },
    remove: (instance) => void idle.delete(instance.id),
    find: (id) => idle.get(id),
    list: () => [...idle.values()].filter(({ kept }) => !kept),
    stop: () => timer?.cancel(),
  };
}
