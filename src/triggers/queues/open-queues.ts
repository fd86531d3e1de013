// Opens the queues: names and settings, send and receive, waiting, dead letters, moves, and the sweep that keeps retention's promise.
import type { Clock } from "../../kernel/clock.ts";
import { limits } from "../../kernel/limits.ts";
import { policyAllows, readPolicy } from "../../kernel/policy.ts";
import type { Leased, Queue } from "../../ports/queue.ts";
import type { Store } from "../../ports/store.ts";
import { type Handle, readHandle } from "./handles.ts";
import { look } from "./look.ts";
import { openMoves } from "./moves.ts";
import type { HandleFate, QueueRecord, Queues, ReceivedMessage, ReceiveOptions } from "./queues.ts";
import { openInFlight, take, type Taken } from "./receive.ts";
import { engineQueue, enginePrefix, openRecords } from "./records.ts";
import { planSend, send } from "./send.ts";
import { openSequence } from "./sequence.ts";
import { sweepQueues } from "./sweep.ts";
import { openWaiting } from "./waiting.ts";

export interface QueuesDeps {
  readonly store: Store;
  readonly queue: Queue;
  readonly clock: Clock;
  readonly logger: { error(fields: object, sentence: string): void };
  readonly limits?: Partial<QueueLimits>;
}

/** What an operator may move. */
export interface QueueLimits {
  /** The original refuses the name of a deleted queue for 60 s; 0, the default, does not: test suites recreate their queues. */
  readonly recreateDelayMs: number;
  readonly inFlightMax: number;
}

/** Ours: nobody sees a message past its retention; this is only how soon its space comes back. */
const SWEEP_MS = 60_000;
/** Ours: receive attempts remembered at once; each holds its messages. */
const ATTEMPTS_MAX = 1000;

/** Opens the queues and goes on with the move tasks of an earlier life. */
export async function openQueues({ store, queue: port, clock, logger, limits: moved = {} }: QueuesDeps): Promise<Queues> {
  const { recreateDelayMs = limits.sqs.recreateDelayMs, inFlightMax = limits.sqs.inFlightMax } = moved;
  const life = new AbortController();
  const warn = (error: unknown): void => {
    if (!life.signal.aborted) logger.error({ err: error }, "A queue's work in the background failed; it is tried again");
  };
  const sequence = openSequence({ store, clock });
  const inFlight = openInFlight(port, inFlightMax);
  const records = openRecords({
    store, clock, recreateDelayMs,
    onRemoved: (record) => {
      inFlight.forget(record);
      // The sweep finds what a kill leaves behind.
      port.purge(engineQueue(record)).catch(warn);
    },
  });
  const waiting = openWaiting<Taken>({
    clock, warn,
    nextVisible: async (name) => (await port.pending(name)).find(({ queue }) => queue === name)?.visibleAtMs,
  });
  const unwatch = port.watch(enginePrefix, ({ queue }) => waiting.wake(queue));
  const moves = openMoves({ store, queue: port, clock, records, sequence, warn });
  const attempts = openAttempts(port, clock);
  const sendDeps = { store, clock, sequence };

  const receiveNow = async (queue: QueueRecord, max: number, visibilityMs: number): Promise<readonly Taken[]> => {
    const taken = await take(queue, max, visibilityMs, { store, queue: port, clock, records, sequence });
    inFlight.given(queue, taken.length);
    return taken;
  };
  const receive = async (queue: QueueRecord, { max, visibilitySeconds, waitSeconds, attemptId, signal }: ReceiveOptions): Promise<readonly ReceivedMessage[] | undefined> => {
    const visibilityMs = (visibilitySeconds ?? queue.settings.visibilitySeconds) * 1000;
    const waitMs = (waitSeconds ?? queue.settings.waitSeconds) * 1000;
    const attempt = attemptId === undefined || !queue.settings.fifo ? undefined : `${queue.id}/${attemptId}`;
    const again = attempt === undefined ? undefined : await attempts.again(attempt, visibilityMs);
    if (again) return again;
    const room = await inFlight.room(queue);
    if (!room && waitMs === 0 && !queue.settings.fifo) return undefined;
    let taken = room ? await receiveNow(queue, max, visibilityMs) : [];
    if (taken.length > 0 && signal?.aborted) {
      await giveBack(port, taken);
      return [];
    }
    if (taken.length === 0 && waitMs > 0) {
      taken = await waiting.wait(engineQueue(queue), {
        take: async () => ((await inFlight.room(queue)) ? receiveNow(queue, max, visibilityMs) : []),
        giveBack: (left) => giveBack(port, left),
        waitMs, signal,
      });
    }
    if (attempt !== undefined && taken.length > 0) attempts.remember(attempt, taken);
    return taken.map(({ message }) => message);
  };

  /** What a handle stands for, and until when its lease lasts. */
  const held = async (queue: QueueRecord, text: string): Promise<HandleFate | (Handle & { readonly endsMs: number })> => {
    const handle = readHandle(text, queue.id);
    if (!handle) return "malformed";
    const endsMs = await port.endOf(handle.lease);
    return endsMs === undefined ? "lost" : { ...handle, endsMs };
  };
  const remove = async (queue: QueueRecord, text: string): Promise<HandleFate> => {
    const handle = await held(queue, text);
    if (typeof handle === "string") return handle;
    // A standard queue's message may go late; in a FIFO queue the next of its group may be under way by then.
    if (queue.settings.fifo && handle.endsMs <= clock.now()) return "ended";
    if (!(await port.ack(handle.lease))) return "lost";
    if (queue.settings.fifo) waiting.wake(engineQueue(queue));
    return "done";
  };
  const hide = async (queue: QueueRecord, text: string, seconds: number): Promise<HandleFate> => {
    const handle = await held(queue, text);
    if (typeof handle === "string") return handle;
    const now = clock.now();
    if (handle.endsMs <= now) return "ended";
    if (now + seconds * 1000 > handle.leasedMs + limits.sqs.visibilitySecondsMax * 1000) return "too-long";
    if (!(await port.extend(handle.lease, seconds * 1000))) return "lost";
    waiting.reconsider(engineQueue(queue));
    return "done";
  };

  const sweep = (): Promise<void> => sweepQueues({ store, queue: port, clock, all: records.all });
  let sweeping: Promise<void> = Promise.resolve();
  const sweepAgain = (): void => {
    sweeping = sweep().catch(warn).finally(() => {
      if (!life.signal.aborted) cancelSweep = clock.after(SWEEP_MS, sweepAgain);
    });
  };
  let cancelSweep = clock.after(SWEEP_MS, sweepAgain);
  await moves.resume();

  return {
    records, moves, receive, remove, hide, sweep,
    send: (queue, messages) => send(queue, messages, sendDeps),
    look: (queue, options) => look(queue, { ...options, signal: AbortSignal.any([options.signal, life.signal]) }, { queue: port, records, clock }),
    purge: async (queue) => void (await port.purge(engineQueue(queue))),
    counts: (queue) => port.counts(engineQueue(queue)),
    maySend: async (ref, { service, sourceArn, sourceAccount }) => {
      const queue = await records.find(ref);
      const context = { "aws:SourceArn": sourceArn, "aws:SourceAccount": sourceAccount };
      return queue !== undefined && policyAllows(readPolicy(queue.settings.policy ?? "")?.Statement ?? [], { action: "sqs:SendMessage", resource: queue.arn, service, context });
    },
    delivery: async (ref, message) => {
      const queue = await records.find(ref);
      return queue && planSend(queue, [message], sendDeps);
    },
    [Symbol.asyncDispose]: async () => {
      life.abort();
      cancelSweep();
      waiting.close();
      unwatch();
      await moves.close();
      await sweeping;
      records[Symbol.dispose]();
    },
  };
}

async function giveBack(port: Pick<Queue, "release">, taken: readonly { readonly lease: Leased }[]): Promise<void> {
  await Promise.all(taken.map(({ lease }) => port.release(lease, 0)));
}

/** Receive attempts of FIFO queues: a client that lost the answer asks again with the same id and gets the same messages. */
function openAttempts(port: Pick<Queue, "endOf" | "extend">, clock: Pick<Clock, "now">) {
  const known = new Map<string, { readonly untilMs: number; readonly taken: readonly Taken[] }>();
  return {
    /** Undefined when the attempt is new, too old, or a message of it was removed, shown or received since. */
    again: async (attempt: string, visibilityMs: number): Promise<readonly ReceivedMessage[] | undefined> => {
      const found = known.get(attempt);
      if (!found || found.untilMs <= clock.now()) return undefined;
      const ends = await Promise.all(found.taken.map(({ lease }) => port.endOf(lease)));
      if (!ends.every((endsMs) => endsMs !== undefined && endsMs > clock.now())) return undefined;
      await Promise.all(found.taken.map(({ lease }) => port.extend(lease, visibilityMs)));
      return found.taken.map(({ message }) => message);
    },
    remember: (attempt: string, taken: readonly Taken[]): void => {
      const now = clock.now();
      for (const [name, { untilMs }] of known) {
        if (untilMs > now && known.size < ATTEMPTS_MAX) break;
        known.delete(name);
      }
      known.set(attempt, { untilMs: now + limits.sqs.dedupSeconds * 1000, taken });
    },
  };
}
