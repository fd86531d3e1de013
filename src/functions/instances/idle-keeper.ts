// Looks after instances that have nothing to do, with one timer for all of them.
import type { Clock } from "../../kernel/clock.ts";
import { goesAtMs, planIdle, type IdleRules } from "./idle-plan.ts";
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
  /** Those that will be frozen soon: few, and looked at often. */
  const awake = new Map<string, Instance>();
  /** Those that stay as they are until they go: perhaps thousands, looked at when the first of them falls due. */
  const resting = new Map<string, Instance>();
  let restingDueMs = Infinity;
  let timer: { readonly atMs: number; readonly cancel: () => void } | undefined;

  /** At the latest at `atMs`; a timer that is due earlier does as well. */
  const lookBy = (atMs: number): void => {
    if (atMs === Infinity || (timer && timer.atMs <= atMs)) return;
    timer?.cancel();
    timer = { atMs, cancel: clock.after(Math.max(1, atMs - clock.now()), look) };
  };
  const look = (): void => {
    timer = undefined;
    const nextMs = follow(awake);
    if (restingDueMs <= clock.now()) restingDueMs = follow(resting);
    lookBy(Math.min(nextMs, restingDueMs));
  };
  /** Does what is due and answers when to look again. */
  const follow = (some: ReadonlyMap<string, Instance>): number => {
    const facts = [...some.values()].map((instance) => ({ id: instance.id, idleSinceMs: instance.idleSinceMs, freezable: some === awake, kept: instance.kept, bornMs: instance.bornMs }));
    const plan = planIdle(facts, clock.now(), limits);
    for (const id of plan.freeze) {
      const instance = some.get(id);
      if (!instance) continue;
      deps.freeze(instance, () => instance.freeze((error) => deps.onRefused(instance, error)));
      rest(instance);
    }
    for (const id of plan.evict) {
      const instance = some.get(id);
      if (instance) deps.evict(instance);
    }
    return plan.nextMs ?? Infinity;
  };
  const rest = (instance: Instance): void => {
    awake.delete(instance.id);
    resting.set(instance.id, instance);
    restingDueMs = Math.min(restingDueMs, goesAtMs(instance, limits));
  };
  return {
    add: (instance) => {
      if (instance.state === "idle" && instance.freezable) awake.set(instance.id, instance);
      else rest(instance);
      lookBy(Math.min(restingDueMs, instance.idleSinceMs + Math.min(limits.freezeAfterMs, limits.evictAfterMs)));
    },
    remove: ({ id }) => void (awake.delete(id) || resting.delete(id)),
    find: (id) => awake.get(id) ?? resting.get(id),
    list: () => [...resting.values(), ...awake.values()].filter(({ kept }) => !kept).sort((a, b) => a.idleSinceMs - b.idleSinceMs),
    stop: () => timer?.cancel(),
  };
}
