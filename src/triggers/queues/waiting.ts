// Long polling without polling: who waits at an empty queue is woken by a commit, by the end of a visibility timeout or delay, or sent home.
import type { Clock } from "../../kernel/clock.ts";

export interface Waiting<T> {
  /** Asks `take` when there may be something for it; empty when the time is over, the signal aborts or everybody is sent home. */
  wait(queue: string, order: Order<T>): Promise<readonly T[]>;
  /** There may be something in this queue. */
  wake(queue: string): void;
  /** Something in this queue may become visible at another time than was known. */
  reconsider(queue: string): void;
  close(): void;
}

export interface Order<T> {
  readonly take: () => Promise<readonly T[]>;
  /** What was taken for somebody who has left. */
  readonly giveBack: (taken: readonly T[]) => Promise<void>;
  readonly waitMs: number;
  readonly signal: AbortSignal | undefined;
}

export interface WaitingDeps {
  readonly clock: Pick<Clock, "now" | "after">;
  /** When the queue's next message is or becomes visible (epoch ms); undefined when there is none. */
  readonly nextVisible: (queue: string) => Promise<number | undefined>;
  readonly warn: (error: unknown) => void;
}

interface Waiter<T> extends Order<T> {
  readonly resolve: (taken: readonly T[]) => void;
  readonly reject: (error: unknown) => void;
  taking: boolean;
  gone: boolean;
}

interface Line<T> {
  readonly waiters: Set<Waiter<T>>;
  /** How many more may look. */
  signals: number;
  timer: { readonly atMs: number; readonly cancel: () => void } | undefined;
}

/** Ours: after a look that found nothing, the next one by the clock is at least this far away. */
const LOOK_MS_MIN = 50;

export function openWaiting<T>({ clock, nextVisible, warn }: WaitingDeps): Waiting<T> {
  const lines = new Map<string, Line<T>>();
  let closed = false;

  const leave = (queue: string, line: Line<T>, waiter: Waiter<T>): void => {
    waiter.gone = true;
    line.waiters.delete(waiter);
    if (line.waiters.size > 0) return;
    line.timer?.cancel();
    if (lines.get(queue) === line) lines.delete(queue);
  };
  const look = (queue: string, line: Line<T>): void => {
    for (const waiter of line.waiters) {
      if (line.signals === 0) return;
      if (waiter.taking) continue;
      line.signals -= 1;
      void ask(queue, line, waiter);
    }
    // Those who are asking already will see what the signal was about, or are told to ask again.
    line.signals = Math.min(line.signals, line.waiters.size);
  };
  const ask = async (queue: string, line: Line<T>, waiter: Waiter<T>): Promise<void> => {
    waiter.taking = true;
    try {
      const taken = await waiter.take();
      waiter.taking = false;
      if (taken.length > 0) {
        if (waiter.gone) await waiter.giveBack(taken);
        waiter.resolve(taken);
        leave(queue, line, waiter);
        // There may be more than one wanted.
        wake(queue);
      } else look(queue, line);
      if (line.waiters.size > 0) plan(queue, line, clock.now() + LOOK_MS_MIN);
    } catch (error) {
      waiter.reject(error);
      leave(queue, line, waiter);
    }
  };
  const wake = (queue: string): void => {
    const line = lines.get(queue);
    if (line) signal(queue, line);
  };
  const signal = (queue: string, line: Line<T>): void => {
    line.signals += 1;
    look(queue, line);
  };
  /** Sets the alarm for the next message that becomes visible by itself. */
  const plan = (queue: string, line: Line<T>, notBeforeMs: number): void => {
    nextVisible(queue).then((visibleAtMs) => {
      if (visibleAtMs === undefined || line.waiters.size === 0) return;
      const atMs = Math.max(visibleAtMs, notBeforeMs);
      if (line.timer && line.timer.atMs <= atMs) return;
      line.timer?.cancel();
      const ring = (): void => {
        line.timer = undefined;
        signal(queue, line);
      };
      if (atMs <= clock.now()) ring();
      else line.timer = { atMs, cancel: clock.after(atMs - clock.now(), ring) };
    }, warn);
  };

  return {
    wait: (queue, order) => {
      if (closed || order.signal?.aborted) return Promise.resolve([]);
      const line = lines.get(queue) ?? { waiters: new Set(), signals: 0, timer: undefined };
      lines.set(queue, line);
      return new Promise<readonly T[]>((resolve, reject) => {
        const finish = (): void => {
          cancel();
          order.signal?.removeEventListener("abort", goHome);
        };
        const waiter: Waiter<T> = {
          ...order, taking: false, gone: false,
          resolve: (taken) => {
            finish();
            resolve(waiter.gone ? [] : taken);
          },
          reject: (error) => {
            finish();
            reject(error);
          },
        };
        const goHome = (): void => {
          leave(queue, line, waiter);
          waiter.resolve([]);
        };
        const cancel = clock.after(order.waitMs, goHome);
        order.signal?.addEventListener("abort", goHome, { once: true });
        line.waiters.add(waiter);
        // What came between the caller's look and now has told nobody.
        plan(queue, line, 0);
      });
    },
    wake,
    reconsider: (queue) => {
      const line = lines.get(queue);
      if (line) plan(queue, line, 0);
    },
    close: () => {
      closed = true;
      for (const line of lines.values()) {
        line.timer?.cancel();
        for (const waiter of line.waiters) {
          waiter.gone = true;
          waiter.resolve([]);
        }
      }
      lines.clear();
    },
  };
}
