// Reads one queue for one mapping: collects batches, calls the function with as many at once as there is room for, and removes what succeeded.
import { functionArn } from "../../../kernel/arn.ts";
import { mostTravelled } from "../../../functions/invocations/trace.ts";
import { queueOfArn, type QueueRecord, type Queues, type ReceivedMessage } from "../../queues/queues.ts";
import { verdictOf } from "../answer.ts";
import { inBatches } from "../batches.ts";
import { compileFilters } from "../filters.ts";
import { invokeBatch } from "../invocation.ts";
import type { Mapping } from "../mapping.ts";
import { ABSENCE_MS, backoff, pause, type Poller, type PollerDeps } from "../poller.ts";
import { newTally, problems } from "../tally.ts";
import { collect } from "./collect.ts";
import { queueEvent, queueSubject } from "./queue-event.ts";
import { grown, newGrowth, nextMs, scaleOf, visibilityFor } from "./scaling.ts";

export interface QueuePollerDeps extends PollerDeps {
  readonly queues: Pick<Queues, "records" | "receive" | "remove" | "hide">;
}

/** A message on its way: `text` is its event as JSON. */
interface Item {
  readonly message: ReceivedMessage;
  readonly text: string;
}

/** Where its messages come from and until when they are hidden from others. */
interface Hold {
  readonly queue: QueueRecord;
  readonly endsMs: number;
  readonly timeoutMs: number;
}

/** Ours: while there is no room, somebody may have made some without telling. */
const ROOM_MS = 250;
/** Ours: a throttled batch is tried again after this at first, and no later than that. */
const RETRY_MS_MIN = 100;
const RETRY_MS_MAX = 5_000;

export function openQueuePoller(mapping: Mapping, { heart, clock, queues, warn }: QueuePollerDeps): Poller {
  const { settings } = mapping;
  const scale = scaleOf(settings.queue ?? {});
  const filter = compileFilters(settings.filters, "sqs");
  const tally = newTally(mapping.id);
  /** Ends the taking in, and what is under way. */
  const [leaving, stopping] = [new AbortController(), new AbortController()];
  const left = (): boolean => leaving.signal.aborted;
  const stopped = (): boolean => stopping.signal.aborted;
  const running = new Set<Promise<void>>();
  let growth = newGrowth(scale, clock.now());
  let wake = (): void => undefined;
  const ref = queueOfArn(mapping.sourceArn);
  /** A queue or function that is changed, or made again under its name, is not waited for with the old facts. */
  let facts = new AbortController();
  const factsChanged = (): void => {
    facts.abort();
    facts = new AbortController();
  };

  /** Until a batch ends, there may be room, or so much time has passed. */
  const anyChange = async (ms: number): Promise<void> => {
    const over = new AbortController();
    wake = () => over.abort();
    const unwatch = heart.onRoom(wake);
    await pause(clock, ms, AbortSignal.any([over.signal, leaving.signal]));
    unwatch();
    wake = () => undefined;
  };
  const absent = async (problem: string): Promise<void> => {
    tally.lastResult = problem;
    await pause(clock, ABSENCE_MS, leaving.signal);
  };

  const turn = async (): Promise<void> => {
    growth = grown(scale, growth, running.size, clock.now());
    const allowed = Math.floor(growth.allowed) - running.size;
    if (allowed <= 0) return anyChange(nextMs(scale, growth) ?? ROOM_MS * 4);
    const { signal: changed } = facts;
    const queue = ref && (await queues.records.find(ref));
    if (!queue) return absent(problems.noQueue);
    const version = await heart.versionOf(mapping.function).catch(() => undefined);
    if (!version) return absent(problems.noFunction);
    // What can not run yet stays in the queue: no receive is spent on it.
    if ((await heart.room(mapping.function, running.size === 0)) <= 0) return anyChange(ROOM_MS);
    if (left()) return;
    const { timeoutMs } = version.settings;
    const visibilitySeconds = visibilityFor(queue.settings.visibilitySeconds, settings.windowSeconds, Math.ceil(timeoutMs / 1000));
    const { messages, firstMs } = await collect(queue, { queues, clock, signal: AbortSignal.any([changed, leaving.signal]) }, { ...settings, visibilitySeconds });
    const hold: Hold = { queue, endsMs: firstMs + visibilitySeconds * 1000, timeoutMs };
    if (left()) return giveBack(messages, hold);
    const wanted = await withoutUnwanted(messages, hold);
    for (const batch of inBatches(wanted, ({ text }) => Buffer.byteLength(text), settings.batchSize)) begin(batch, hold);
  };
  const begin = (batch: readonly Item[], hold: Hold): void => {
    const work = runBatch(batch, hold)
      .catch((error: unknown) => warn("A batch of messages could not be settled; they will be there again.", error, { mapping: mapping.id }))
      .finally(() => {
        running.delete(work);
        wake();
      });
    running.add(work);
  };

  const withoutUnwanted = async (messages: readonly ReceivedMessage[], { queue }: Hold): Promise<readonly Item[]> => {
    const wanted: Item[] = [];
    const unwanted: ReceivedMessage[] = [];
    for (const message of messages) {
      const event = queueEvent(message, queue, settings.windowSeconds);
      if (!filter || filter(queueSubject(event))) wanted.push({ message, text: JSON.stringify(event) });
      else unwanted.push(message);
    }
    tally.filtered += unwanted.length;
    await Promise.all(unwanted.map(({ handle }) => queues.remove(queue, handle)));
    return wanted;
  };
  const giveBack = async (messages: readonly ReceivedMessage[], { queue }: Hold): Promise<void> => void (await Promise.all(messages.map(({ handle }) => queues.hide(queue, handle, 0))));

  const runBatch = async (batch: readonly Item[], hold: Hold): Promise<void> => {
    const payload = `{"Records":[${batch.map(({ text }) => text).join(",")}]}`;
    const messages = batch.map(({ message }) => message);
    const traceId = mostTravelled(messages.map(({ traceHeader }) => traceHeader), functionArn(mapping.function));
    for (let failures = 0; ; ) {
      const end = await invokeBatch(heart, mapping.function, payload, traceId);
      if (end.kind === "answered") return settle(messages, end.result.payload, hold);
      // Ends of a server that stops say nothing about the messages; others come back when their visibility timeout is over.
      if (stopped()) return giveBack(messages, hold);
      if (end.kind !== "throttled" && end.kind !== "outage") return failed();
      tally.throttles++;
      const delayMs = backoff(++failures, RETRY_MS_MIN, RETRY_MS_MAX);
      // Not begun so late that the messages are there again before it is through.
      if (clock.now() + delayMs + hold.timeoutMs > hold.endsMs) return failed();
      await pause(clock, delayMs, stopping.signal);
      if (stopped()) return giveBack(messages, hold);
    }
  };
  const failed = (): void => {
    tally.batches++;
    tally.failedBatches++;
    tally.lastResult = problems.failed;
  };
  const settle = async (messages: readonly ReceivedMessage[], answer: Uint8Array, { queue }: Hold): Promise<void> => {
    const verdict = settings.partialFailures ? verdictOf(answer, new Set(messages.map(({ messageId }) => messageId))) : { kind: "all" as const };
    if (verdict.kind === "none") return failed();
    const done = verdict.kind === "all" ? messages : messages.filter(({ messageId }) => !verdict.ids.has(messageId));
    await Promise.all(done.map(({ handle }) => queues.remove(queue, handle)));
    tally.batches++;
    tally.events += done.length;
    tally.lastResult = "OK";
  };

  const loop = async (): Promise<void> => {
    const unwatch = [ref && queues.records.watch(ref, factsChanged), heart.onChange(mapping.function, factsChanged)];
    while (!left()) {
      try {
        await turn();
      } catch (error) {
        if (left()) break;
        warn("A queue could not be read for its function; trying again soon.", error, { mapping: mapping.id, queue: mapping.sourceArn });
        await pause(clock, ABSENCE_MS, leaving.signal);
      }
    }
    for (const end of unwatch) end?.();
  };
  const looping = loop();
  const over = async (): Promise<void> => {
    await looping;
    await Promise.all(running);
  };
  return {
    leave: () => {
      leaving.abort();
      return over();
    },
    stop: () => {
      leaving.abort();
      stopping.abort();
      return over();
    },
    status: () => ({ ...tally, running: running.size }),
  };
}
