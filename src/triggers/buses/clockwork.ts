// Fires what is due. It sleeps until the next tick, and costs nothing while there is none.
import type { Clock } from "../../kernel/clock.ts";
import type { Leased, Queue } from "../../ports/queue.ts";
import { ack, type Change, type Store, transact, unchanged } from "../../ports/store.ts";
import type { Buses } from "./buses.ts";
import { ruleEntry } from "./records.ts";
import { tickOf, TICKS, tickWrites } from "./ticks.ts";

export interface ClockworkDeps {
  readonly store: Store;
  readonly queue: Queue;
  readonly clock: Clock;
  /** Opened when the first tick is due. */
  readonly buses: () => Promise<Pick<Buses, "firing">>;
  readonly warn: (sentence: string, error: unknown) => void;
}

/** Ours: ticks fired in one act. */
const BATCH_MAX = 100;
/** Ours: how long one act may take before its ticks are fired by somebody else. */
const LEASE_MS = 60_000;
/** Ours: when the queue could not be read, or a tick not fired. */
const RETRY_MS = 1000;
/** Ours: the longest sleep; timers hold no more than 24 days. */
const SLEEP_MS_MAX = 86_400_000;

/** Begins with what is due already: a time that passed while nothing ran fires once, late. Disposing waits for what is being fired. */
export function openClockwork({ store, queue, clock, buses, warn }: ClockworkDeps): AsyncDisposable {
  const life = { begun: false, stopped: false, again: false };
  let timer: { readonly atMs: number; readonly cancel: () => void } | undefined;
  let acting: Promise<void> | undefined;

  const wakeAt = (atMs: number): void => {
    if (life.stopped || (timer && timer.atMs <= atMs)) return;
    timer?.cancel();
    const ms = Math.min(Math.max(0, atMs - clock.now()), SLEEP_MS_MAX);
    timer = { atMs, cancel: clock.after(ms, () => { timer = undefined; act(); }) };
  };
  const act = (): void => {
    life.again = true;
    acting ??= turns().finally(() => (acting = undefined));
  };
  const turns = async (): Promise<void> => {
    while (life.again && !life.stopped) {
      life.again = false;
      try {
        // Nobody else fires these: what a killed server had leased is due at once.
        if (!life.begun) await queue.reclaim(TICKS);
        life.begun = true;
        const due = await queue.lease(TICKS, BATCH_MAX, LEASE_MS);
        await Promise.all(due.map(fire));
        if (due.length === BATCH_MAX) life.again = true;
        else await sleepUntilNext();
      } catch (error) {
        warn("Schedules could not be read; trying again soon.", error);
        wakeAt(clock.now() + RETRY_MS);
      }
    }
  };
  const sleepUntilNext = async (): Promise<void> => {
    const [next] = await queue.pending(TICKS);
    if (!next) return;
    if (next.visibleAtMs <= clock.now()) act();
    else wakeAt(next.visibleAtMs);
  };
  const fire = async (lease: Leased): Promise<void> => {
    const tick = tickOf(lease);
    try {
      await transact(store, async (): Promise<Change<void>> => {
        const entry = await ruleEntry(store, tick.bus, tick.rule);
        const rule = entry?.value;
        // The rule was removed, switched off, or has another schedule by now.
        if (!entry || !rule || rule.beat?.id !== tick.beat) return { checks: [], writes: [ack(lease)], result: undefined };
        const { checks, writes } = await (await buses()).firing(rule, tick.timeMs);
        const nowMs = clock.now();
        return { checks: [unchanged(entry.key, entry), ...checks], writes: [ack(lease), ...writes, ...tickWrites(rule, Math.max(tick.timeMs, nowMs), nowMs)], result: undefined };
      });
    } catch (error) {
      warn(`The rule ${tick.rule} could not be fired; trying again soon.`, error);
      await queue.release(lease, RETRY_MS).catch(() => false);
    }
  };

  const unwatch = queue.watch(TICKS, ({ entered }) => wakeAt(clock.now() + (entered?.delayMs ?? 0)));
  act();
  return {
    [Symbol.asyncDispose]: async () => {
      life.stopped = true;
      unwatch();
      timer?.cancel();
      await acting;
    },
  };
}
