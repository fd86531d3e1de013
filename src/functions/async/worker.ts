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
  /** Leased, waiting for room: so that room need not wait for the disk. */
  readonly held: Leased[];
  /** Begun, but not at an instance yet: room that is taken and not seen to be. */
  starting: number;
  feeding: boolean;
  /** Something happened while feeding: look again. */
  again: boolean;
  leasing: boolean;
  /** The queue got something while leasing, which may have missed it. */
  news: boolean;
  /** The last look found fewer events than asked for. */
  empty: boolean;
  /** There are events but no room. */
  blocked: boolean;
  /** Mean time between two begun events, and mean size of an event. */
  gapMs: number;
  begunMs: number;
  eventBytes: number;
}

/** Ours: events leased in one act for which there is room. */
const batchMax = 32;
/** Ours: events are leased ahead for so long a time as they are begun now; so many at most, and so many bytes. Slow functions lease none ahead. */
const aheadMs = 100;
const aheadMax = 256;
const aheadBytesMax = 4 * 1024 * 1024;
/** Ours: events begun and not settled, of all functions; past it, acknowledging has to catch up. */
const unsettledMax = 2000;
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
  /** Leases and releases under way. */
  const acts = new Set<Promise<void>>();

  const wake = (name: string): void => {
    if (life.stopped) return;
    const lane = lanes.get(name) ?? newLane(name);
    lanes.set(name, lane);
    lane.empty = false;
    lane.news = true;
    void feed(lane);
  };
  /** Begins as many events as there is room for, and sees to it that more are at hand. */
  const feed = async (lane: Lane): Promise<void> => {
    lane.again = true;
    if (lane.feeding) return;
    lane.feeding = true;
    try {
      while (lane.again && !life.stopped) {
        lane.again = false;
        const { starting } = lane;
        const seen = await deps.room(functionOf(lane.queue));
        // Who reaches an instance meanwhile may be counted in neither or in both: better once too often, as the end of an event brings us here again.
        const room = Math.min(seen - Math.max(starting, lane.starting), unsettledMax - running.size);
        if (life.stopped) return;
        const begun = lane.held.splice(0, Math.max(0, room));
        if (begun.length > 0) measure(lane, begun.length);
        for (const lease of begun) begin(lane, lease);
        lane.blocked = begun.length >= room;
        refill(lane, Math.max(0, room - begun.length));
      }
    } catch (error) {
      troubled(lane, error);
    } finally {
      lane.feeding = false;
      if (lane.empty && !lane.leasing && lane.held.length === 0 && lanes.get(lane.queue) === lane) lanes.delete(lane.queue);
    }
  };
  const measure = (lane: Lane, begun: number): void => {
    const nowMs = clock.monotonicMs();
    lane.gapMs = smoothed(lane.gapMs, Math.min((nowMs - lane.begunMs) / begun, aheadMs));
    lane.begunMs = nowMs;
  };
  const refill = (lane: Lane, room: number): void => {
    const ahead = aheadOf(lane);
    const wanted = Math.min(room, batchMax) + ahead - lane.held.length;
    if (lane.leasing || lane.empty || wanted <= 0 || (room === 0 && lane.held.length > ahead / 2)) return;
    lane.leasing = true;
    lane.news = false;
    const lease = async (): Promise<void> => {
      try {
        const leases = await queue.lease(lane.queue, wanted, deps.leaseMs);
        lane.held.push(...leases);
        if (leases.length > 0) cancelExtension ??= clock.after(deps.leaseMs / 3, extend);
        for (const { body } of leases) lane.eventBytes = smoothed(lane.eventBytes, body.byteLength);
        // What is visible is taken; more may be for later, such as events that a killed server had leased: learn when.
        if (leases.length < wanted) lookBy(clock.now() + lookMs);
        lane.empty = leases.length < wanted && !lane.news;
      } catch (error) {
        lane.empty = true;
        troubled(lane, error);
      }
      lane.leasing = false;
      if (life.stopped) giveBack(lane);
      else await feed(lane);
    };
    const leasing = lease().finally(() => void acts.delete(leasing));
    acts.add(leasing);
  };
  const troubled = (lane: Lane, error: unknown): void => {
    deps.warn("Queued events could not be read; trying again soon.", error, { queue: lane.queue });
    lookBy(clock.now() + retryMs);
  };
  /** Somebody else, or the next start, takes them at once. */
  const giveBack = (lane: Lane): void => {
    for (const lease of lane.held.splice(0)) {
      const release = queue
        .release(lease, 0)
        .then(() => undefined, (error: unknown) => deps.warn("An event could not be given back; it runs when its lease has ended.", error, { queue: lane.queue }))
        .finally(() => void acts.delete(release));
      acts.add(release);
    }
  };
  const begin = (lane: Lane, lease: Leased): void => {
    lane.starting++;
    let atInstance = (): void => {
      atInstance = () => undefined;
      lane.starting--;
    };
    const invoke: AttemptDeps["invoke"] = (ref, options) => {
      const result = deps.invoke(ref, options);
      atInstance();
      return result;
    };
    const work = attempt(lease, { ...deps, invoke, onBack: lookBy })
      .catch((error: unknown) => {
        deps.warn("An event could not be settled; it will run again.", error, { queue: lane.queue });
        lookBy(clock.now() + deps.leaseMs);
      })
      .finally(() => {
        atInstance();
        const full = running.size >= unsettledMax;
        running.delete(lease);
        const current = lanes.get(lane.queue);
        if (full) feedBlocked();
        else if (current && !life.stopped) void feed(current);
      });
    running.set(lease, work);
  };
  const feedBlocked = (): void => {
    if (life.stopped) return;
    for (const lane of lanes.values()) if (lane.blocked) void feed(lane);
  };
  const extend = (): void => {
    const leases = [...running.keys(), ...[...lanes.values()].flatMap(({ held }) => held)];
    cancelExtension = leases.length > 0 ? clock.after(deps.leaseMs / 3, extend) : undefined;
    for (const lease of leases)
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
        else wake(name);
      }
    } catch (error) {
      deps.warn("Queued events could not be looked for; trying again soon.", error, {});
      lookBy(clock.now() + retryMs);
    }
  };
  return {
    start: () => {
      life.stopped = false;
      unwatch = queue.watch(asyncPrefix, ({ queue: name }) => wake(name));
      void queue
        .reclaim(asyncPrefix)
        .catch((error: unknown) => deps.warn("Events that a dead server had leased could not be given back; they run when their leases have ended.", error, {}))
        .then(look);
    },
    onRoom: feedBlocked,
    stop: () => {
      life.stopped = true;
      unwatch();
      timer?.cancel();
      for (const lane of lanes.values()) giveBack(lane);
    },
    settled: async () => {
      while (running.size > 0 || acts.size > 0) await Promise.all([...running.values(), ...acts]);
      cancelExtension?.();
    },
  };
}

const newLane = (queue: string): Lane => ({
  queue, held: [], starting: 0, feeding: false, again: false, leasing: false, news: false, empty: false, blocked: false, gapMs: aheadMs, begunMs: 0, eventBytes: 0,
});

/** How many events a lane should have at hand beyond those there is room for. */
const aheadOf = ({ gapMs, eventBytes }: Lane): number => Math.min(aheadMax, Math.floor(aheadMs / Math.max(gapMs, 0.01)) - 1, Math.floor(aheadBytesMax / Math.max(eventBytes, 1)));

const smoothed = (mean: number, value: number): number => mean + (value - mean) / 8;
