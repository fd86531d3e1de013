// Finds an instance for each event: an idle one, else a new one, else the first that becomes free.
import type { Clock } from "../../kernel/clock.ts";
import { fault, type Fault } from "../../kernel/fault.ts";
import type { Version } from "../function.ts";
import type { HeartLimits } from "../heart-limits.ts";
import type { FunctionName } from "../registry/keys.ts";
import type { Boot } from "../runner.ts";
import { planCapacity, worthBooting } from "./capacity.ts";
import { idleKeeper, type IdleKeeper } from "./idle-keeper.ts";
import { Instance, type InstanceDeps } from "./instance.ts";
import { openKept, type Kept, type KeptFailure, type KeptState } from "./kept.ts";
import { isWaiting, type InstanceState } from "./life.ts";
import { openLines } from "./line.ts";
import { inLine, newPool, smoothed, type EventOf, type Grant, type Pool, type SignalOf } from "./pool.ts";
import { openPools } from "./pools.ts";
import { openWaiting } from "./waiting.ts";

export interface DispatcherDeps extends InstanceDeps {
  readonly limits: Pick<HeartLimits, "bootsMax" | "memoryBudgetMb" | "instancesMax" | "initTimeoutMs" | "waitMsMax" | "freezeAfterMs" | "evictAfterMs" | "ageMsMax">;
  readonly clock: Clock;
  /** For the operator: something failed that no caller sees. */
  readonly warn: (sentence: string, error: unknown, fields: Readonly<Record<string, unknown>>) => void;
}

/** AWS: an instance kept ready may take this long to boot, or as long as its function may run. */
const keptInitTimeoutMs = 130_000;

/** What the instance is good for after an event. */
export type Health = "well" | "reset" | "dead";

/** What became of an instance's event. */
export interface Use {
  readonly health: Health;
  readonly durationMs: number;
  /** What the handler itself took, where its wrapper tells. */
  readonly handlerMs: number | undefined;
}

export interface Dispatcher {
  /** An instance that is now busy for the caller, at once when one is idle. Rejects with TooManyRequestsException after the longest wait, or with what kept it from booting. */
  acquire(version: Version, signal: SignalOf, event?: EventOf): Grant | Promise<Grant>;
  release(instance: Instance, use: Use): void;
  /** How many more events of this version's function, whichever version runs them, should be begun now when nobody waits for them; `alone`: without regard to busy instances that are expected to be free soon. */
  room(version: Version, alone: boolean): number;
  /** The versions of a function that have instances or waiting events. */
  versions(at: FunctionName): readonly Version[];
  /** Keeps this many instances of a version ready, whether anybody calls or not. */
  keep(version: Version, count: number): void;
  kept(version: Version): KeptState;
  /** Lets the instances of these versions finish and die. */
  retire(isObsolete: (version: Version) => boolean): void;
  /** Calls back when there may be more room than before. */
  onRoom(listener: () => void): void;
  status(): { readonly instances: number; readonly busy: number };
  /** What is left of the memory budget. */
  freeMb(): number;
  states(): readonly InstanceState[];
  /** What all live instances are charged, and what they may be. */
  memory(): { readonly chargedMb: number; readonly budgetMb: number };
  /** Refuses whoever waits and ends every instance, busy or not. */
  end(): Promise<void>;
}

export function openDispatcher(deps: DispatcherDeps): Dispatcher {
  const { clock, limits } = deps;
  const pools = openPools();
  /** Pools with more waiters than boots, in the order in which they became so. */
  const hungry = new Set<Pool>();
  const live = new Set<Instance>();
  const endings = new Set<Promise<void>>();
  let boots = 0;
  let chargedMb = 0;
  let ended = false;
  let roomListener: () => void = () => undefined;

  /** Every change of an instance's state passes here, so that the sum of charges is always right. */
  const recharge = (instance: Instance, change: () => void): void => {
    chargedMb -= instance.chargeMb;
    change();
    chargedMb += instance.chargeMb;
  };
  const onEndFailure = (instance: Instance) => (error: unknown) => deps.warn("A sandbox could not be ended.", error, { sandbox: instance.id });
  const bury = (instance: Instance): Promise<void> => {
    if (!live.delete(instance)) return Promise.resolve();
    if (instance.kept && !ended) clock.after(0, () => kept.lost(instance.version.id));
    let ending = Promise.resolve();
    recharge(instance, () => {
      ending = instance.end(onEndFailure(instance)).finally(() => endings.delete(ending));
    });
    endings.add(ending);
    return ending;
  };
  const idle: IdleKeeper = idleKeeper({
    clock, limits,
    onRefused: (instance, error) => deps.warn("A sandbox could not be frozen.", error, { sandbox: instance.id }),
    freeze: recharge,
    evict: (instance) => evict(instance),
  });
  const evict = (instance: Instance): void => {
    idle.remove(instance);
    const pool = pools.find(instance.version.id);
    const at = pool?.waiting.indexOf(instance) ?? -1;
    if (pool && at >= 0) pool.waiting.splice(at, 1);
    void bury(instance);
    if (pool) pools.tidy(pool);
    roomListener();
  };
  const take = (pool: Pool, instance: Instance): Instance => {
    idle.remove(instance);
    recharge(instance, () => instance.step("taken"));
    pool.working.add(instance);
    pool.turnedMs = clock.now();
    return instance;
  };
  /** An instance is free: for the one who waits longest, or for whoever comes. */
  const offer = (pool: Pool, instance: Instance): void => {
    const waiter = pool.ahead.has(instance) ? lines.next(pool, instance) : (pool.waiters.shift() ?? lines.next(pool, instance));
    if (waiter) return waiter.grant({ instance: take(pool, instance), failure: undefined });
    if (pool.retired || ended) {
      void bury(instance);
      return pools.tidy(pool);
    }
    if (instance.state === "reset") pool.waiting.unshift(instance);
    else pool.waiting.push(instance);
    instance.onDeath = () => evict(instance);
    idle.add(instance);
  };

  const pump = (): void => {
    for (const pool of hungry) if (pool.waiters.length <= pool.booting) hungry.delete(pool);
    if (ended || (hungry.size === 0 && chargedMb <= limits.memoryBudgetMb && live.size <= limits.instancesMax)) return;
    const plan = planCapacity({
      hungry: [...hungry].map((pool) => ({ pool: pool.version.id, wanted: pool.waiters.length - pool.booting, memoryMb: pool.version.settings.memoryMb })),
      bootsFree: limits.bootsMax - boots,
      freeMb: limits.memoryBudgetMb - chargedMb,
      instances: live.size,
      instancesMax: limits.instancesMax,
      idle: idle.list().map((instance) => ({ id: instance.id, memoryMb: instance.chargeMb })),
    });
    for (const id of plan.evictions) {
      const instance = idle.find(id);
      if (instance) evict(instance);
    }
    for (const id of plan.boots) {
      const pool = pools.find(id);
      if (pool) void boot(pool);
    }
  };
  const boot = async (pool: Pool, kept = false): Promise<KeptFailure | undefined> => {
    const instance = new Instance(pool.version, deps, kept);
    live.add(instance);
    chargedMb += instance.chargeMb;
    pool.booting++;
    boots++;
    const initTimeoutMs = kept ? Math.max(keptInitTimeoutMs, pool.version.settings.timeoutMs) : limits.initTimeoutMs;
    const outcome: Boot | { readonly kind: "refused"; readonly reason: unknown } = await instance
      .start("init", initTimeoutMs)
      .catch((reason: unknown) => ({ kind: "refused", reason }));
    pool.booting--;
    boots--;
    settle(pool, instance, outcome);
    pools.tidy(pool);
    pump();
    roomListener();
    return outcome.kind === "ready" ? undefined : outcome;
  };
  /** What would be free if all went that may go. */
  const withoutIdle = (): { readonly mb: number; readonly instances: number } => {
    const list = idle.list();
    return { mb: list.reduce((sum, instance) => sum + instance.chargeMb, limits.memoryBudgetMb - chargedMb), instances: limits.instancesMax - live.size + list.length };
  };
  /** Boots for a promise, if the machine has the memory. */
  const bootKept = (version: Version): Promise<KeptFailure | undefined> => {
    const { memoryMb } = version.settings;
    const reachable = withoutIdle();
    if (reachable.instances < 1) return Promise.resolve({ kind: "refused", reason: new Error(`this machine holds ${limits.instancesMax} instances at most, and all are needed`) });
    if (reachable.mb < memoryMb) return Promise.resolve({ kind: "refused", reason: new Error(`the machine has ${Math.max(0, reachable.mb)} MB left for instances, and this one takes ${memoryMb} MB`) });
    return boot(pools.of(version), true);
  };
  const kept: Kept = openKept({
    clock,
    instances: (id) => [...live].filter((instance) => instance.kept && instance.version.id === id),
    boot: bootKept,
    letGo: (instance) => {
      instance.kept = false;
      if (isWaiting(instance.state)) evict(instance);
    },
  });
  const settle = (pool: Pool, instance: Instance, outcome: Boot | { readonly kind: "refused"; readonly reason: unknown }): void => {
    if (instance.state === "dead") return;
    if (outcome.kind === "ready") {
      pool.meanBootMs = smoothed(pool.meanBootMs, outcome.initMs);
      recharge(instance, () => instance.step("booted"));
      return offer(pool, instance);
    }
    const waiter = pool.waiters.shift();
    if (outcome.kind === "refused" || !waiter) {
      waiter?.refuse(outcome.kind === "refused" ? outcome.reason : undefined);
      void bury(instance);
      return;
    }
    recharge(instance, () => instance.step("stumbled"));
    // What timed out or crashed is tried again by the event itself; what reported an error would only report it again.
    const final = outcome.kind === "error" || outcome.kind === "no-entrypoint";
    waiter.grant({ instance: take(pool, instance), failure: final ? outcome : undefined });
  };

  const find = (pool: Pool, signalOf: SignalOf): Grant | Promise<Grant> => {
    // Instances whose program is dead come last: they cost a start.
    const instance = pool.waiting.pop();
    if (instance) return { instance: take(pool, instance), failure: undefined };
    const granted = waiting.join(pool, signalOf?.());
    if (pool.waiters.length > pool.booting) hungry.add(pool);
    pump();
    return granted;
  };
  const waiting = openWaiting(clock, limits.waitMsMax, (pool) => pools.tidy(pool));
  const lines = openLines(clock, (pool, { grant, refuse, signal }) => {
    if (ended) return refuse(shuttingDown());
    const found = find(pool, signal);
    if (found instanceof Promise) found.then(grant, refuse);
    else grant(found);
  });

  return {
    acquire: (version, signal, event) => {
      if (ended) return Promise.reject(shuttingDown());
      const pool = pools.of(version);
      return lines.isWorthIt(pool) ? lines.join(pool, signal, event) : find(pool, signal);
    },
    release: (instance, { health, durationMs, handlerMs }) => {
      const pool = pools.of(instance.version);
      pool.working.delete(instance);
      lines.turned(pool, instance, handlerMs);
      pool.turnedMs = clock.now();
      if (health !== "well") lines.scatter(pool, instance);
      pool.meanDurationMs = smoothed(pool.meanDurationMs, durationMs);
      if (instance.state !== "dead") {
        const old = clock.now() - instance.bornMs > limits.ageMsMax && !pool.ahead.has(instance);
        if (health === "dead" || old) void bury(instance);
        else {
          recharge(instance, () => instance.step(health === "well" ? "answered" : "crashed"));
          offer(pool, instance);
        }
      }
      pools.tidy(pool);
      pump();
      roomListener();
    },
    room: (version, alone) => {
      const family = pools.family(version);
      const ready = family.reduce((sum, pool) => sum + Math.max(0, pool.waiting.length - pool.waiters.length - inLine(pool)), 0);
      if (ready > 0) return ready;
      const busiest = family.reduce((most, pool) => (pool.working.size > most.working.size ? pool : most), newPool(version));
      if (!alone && !worthBooting({ busy: busiest.working.size, meanDurationMs: busiest.meanDurationMs, bootMs: busiest.meanBootMs, quietMs: clock.now() - busiest.turnedMs })) return 0;
      const { memoryMb } = version.settings;
      const reachable = withoutIdle();
      const fitting = live.size === 0 ? Math.max(1, Math.floor(reachable.mb / memoryMb)) : Math.floor(reachable.mb / memoryMb);
      const unserved = [...hungry].reduce((sum, pool) => sum + Math.max(0, pool.waiters.length - pool.booting), 0);
      return Math.max(0, Math.min(limits.bootsMax - boots - unserved, fitting, reachable.instances));
    },
    versions: (at) => pools.family(at).map(({ version }) => version),
    keep: (version, count) => kept.keep(version, count),
    kept: (version) => kept.state(version.id),
    retire: (isObsolete) => {
      for (const pool of pools.all()) {
        if (!isObsolete(pool.version)) continue;
        kept.keep(pool.version, 0);
        pool.retired = true;
        for (const instance of pool.waiting.slice()) evict(instance);
      }
    },
    onRoom: (listener) => {
      roomListener = listener;
    },
    status: () => ({ instances: live.size, busy: [...pools.all()].reduce((sum, pool) => sum + pool.working.size, 0) }),
    freeMb: () => limits.memoryBudgetMb - chargedMb,
    states: () => [...live].map(({ state }) => state),
    memory: () => ({ chargedMb, budgetMb: limits.memoryBudgetMb }),
    end: async () => {
      ended = true;
      kept.stop();
      idle.stop();
      for (const instance of live) lines.scatter(pools.of(instance.version), instance);
      for (const pool of pools.all()) for (const waiter of [...pool.waiters, ...pool.line.splice(0)]) waiter.refuse(shuttingDown());
      for (const instance of live) void bury(instance);
      await Promise.all(endings);
    },
  };
}

const shuttingDown = (): Fault => fault("ServiceException", { message: "The server is shutting down; try again.", status: 500, Type: "Service" });
