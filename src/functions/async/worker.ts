// Turns queued events into invocations, as many at once as there is room for, and costs nothing when there are none.
import type { Leased, Queue } from "../../ports/queue.ts";
import { attempt, type AttemptDeps } from "./attempt.ts";
import { asyncPrefix, functionOf } from "./events.ts";
import type { FunctionName } from "../registry/keys.ts";

export interface WorkerDeps extends Omit<AttemptDeps, "onBack"> {
  readonly queue: Queue;
  /** How many more events of a function should be begun now. A function that is gone has room: its events are to be dropped. */
  readonly room: (at: FunctionName) => Promise<number>;
  /** How long a lease lasts; it is extended while the event runs. After a kill the event runs again when it ends. */
  readonly leaseMs: number;
  readonly warn: (sentence: string, error: unknown, fields: Readonly<Record<string, unknown>>) => void;
}

export interface Worker {
  /** Begins with what is queued already. */
  start(): void;
  /** To be called when there may be room again. */
  onRoom(): void;
  /** Begins nothing more. */
  stop(): void;
  /** Resolves when every event begun has been settled. Call `stop` first. */
  settled(): Promise<void>;
}

/** The queue of one function, as far as it matters now. */
interface Lane {
  readonly queue: string;
  leasing: boolean;
  /** Something happened while leasing: look again. */
  again: boolean;
  /** The last look found fewer events than asked for. */
  empty: boolean;
  /** There are events but no room. */
  blocked: boolean;
}

/** Ours: events leased in one act. */
const batchMax = 32;
/** Ours: when the queue could not be asked. */
const retryMs = 1000;
/** Ours: how long after an empty look at one queue all queues are looked at for what is due later. */
const lookMs = 1000;
/** Ours: two looks for due events are at least this far apart. */
const lookMsMin = 10;

export function openWorker(deps: WorkerDeps): Worker {
  const { queue, clock } = deps;
  const lanes = new Map<string, Lane>();
  const running = new Map<Leased, Promise<void>>();
  const life = { stopped: true };
  let timer: { readonly atMs: number; readonly cancel: () => void } | undefined;
  let cancelExtension: (() => void) | undefined;
  let unwatch = (): void => undefined;

  const wake = (name: string): void => {
    if (life.stopped) return;
    const lane = lanes.get(name) ?? { queue: name, leasing: false, again: false, empty: false, blocked: false };
    lanes.set(name, lane);
    lane.empty = false;
    void drain(lane);
  };
  const drain = async (lane: Lane): Promise<void> => {
    lane.again = true;
    if (lane.leasing) return;
    lane.leasing = true;
    try {
      while (lane.again && !life.stopped) {
        lane.again = false;
        await leaseOnce(lane);
      }
    } catch (error) {
      deps.warn("Queued events could not be read; trying again soon.", error, { queue: lane.queue });
      lookBy(clock.now() + retryMs);
    } finally {
      lane.leasing = false;
      if (lane.empty && !lane.blocked && lanes.get(lane.queue) === lane) lanes.delete(lane.queue);
    }
  };
  const leaseOnce = async (lane: Lane): Promise<void> => {
    const room = await deps.room(functionOf(lane.queue));
    lane.blocked = room <= 0;
    if (lane.blocked || life.stopped) return;
    const wanted = Math.min(room, batchMax);
    const leases = await queue.lease(lane.queue, wanted, deps.leaseMs);
    for (const lease of leases) begin(lane, lease);
    // What is visible is taken; more may be for later, such as events that a killed server had leased: learn when.
    if (leases.length < wanted) lookBy(clock.now() + lookMs);
    if (leases.length === wanted) lane.again = true;
    else if (!lane.again) lane.empty = true;
  };
  const begin = (lane: Lane, lease: Leased): void => {
    const work = attempt(lease, { ...deps, onBack: lookBy })
      .catch((error: unknown) => {
        deps.warn("An event could not be settled; it will run again.", error, { queue: lane.queue });
        lookBy(clock.now() + deps.leaseMs);
      })
      .finally(() => {
        running.delete(lease);
        const current = lanes.get(lane.queue);
        if (current && !life.stopped) void drain(current);
      });
    running.set(lease, work);
    cancelExtension ??= clock.after(deps.leaseMs / 3, extend);
  };
  const extend = (): void => {
    cancelExtension = running.size > 0 ? clock.after(deps.leaseMs / 3, extend) : undefined;
    for (const lease of running.keys())
      void queue.extend(lease, deps.leaseMs).catch((error: unknown) => deps.warn("A lease could not be extended; its event may run twice.", error, { queue: lease.queue }));
  };
  const lookBy = (atMs: number): void => {
    if (life.stopped || (timer && timer.atMs <= atMs)) return;
    timer?.cancel();
    timer = { atMs, cancel: clock.after(Math.max(lookMsMin, atMs - clock.now()), () => void look()) };
  };
  /** Wakes every queue with a due event and learns when the next one falls due. */
  const look = async (): Promise<void> => {
    timer = undefined;
    try {
      const pending = await queue.pending(asyncPrefix);
      const now = clock.now();
      for (const { queue: name, visibleAtMs } of pending) {
        if (visibleAtMs > now) lookBy(visibleAtMs);
        else if (!lanes.get(name)?.blocked) wake(name);
      }
    } catch (error) {
      deps.warn("Queued events could not be looked for; trying again soon.", error, {});
      lookBy(clock.now() + retryMs);
    }
  };
  return {
    start: () => {
      life.stopped = false;
      unwatch = queue.watch(asyncPrefix, wake);
      void look();
    },
    onRoom: () => {
      if (life.stopped) return;
      for (const lane of lanes.values()) if (lane.blocked) void drain(lane);
    },
    stop: () => {
      life.stopped = true;
      unwatch();
      timer?.cancel();
    },
    settled: async () => {
      // A lease under way may still begin events.
      while (running.size > 0 || [...lanes.values()].some(({ leasing }) => leasing)) {
        await Promise.all(running.values());
        await new Promise<void>((resolve) => setImmediate(resolve));
      }
      cancelExtension?.();
    },
  };
}
