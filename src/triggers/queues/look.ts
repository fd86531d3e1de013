// Looking on: a queue's messages as they lie there and as they arrive, without receiving one.
import type { Clock } from "../../kernel/clock.ts";
import type { LyingMessage, Queue, QueueNews } from "../../ports/queue.ts";
import { openBell } from "../bell.ts";
import { factsOf, receivesOf } from "./messages.ts";
import type { LookOptions, QueueRecord, QueueRecords, SeenMessage, Sight } from "./queues.ts";
import { engineQueue } from "./records.ts";

export interface LookDeps {
  readonly queue: Pick<Queue, "look" | "watch">;
  readonly records: Pick<QueueRecords, "find" | "watch">;
  readonly clock: Pick<Clock, "now" | "after">;
}

/** Ours: messages read at once of those that lie there. */
const PAGE = 20;
/** Ours: what waits for an onlooker who is slower than the senders; a message counts with about so much beside its body. */
const HELD_BYTES_MAX = 16 * 1024 * 1024;
const FACTS_BYTES = 1024;

type Arrival = Required<Pick<QueueNews, "entered" | "afterId">>;

/** Whoever sends hands each message over while somebody looks: so one that is received and deleted at once is seen too. */
export async function look(record: QueueRecord, { backlog, idleMs, signal }: LookOptions, { queue, records, clock }: LookDeps): Promise<AsyncGenerator<Sight>> {
  const name = engineQueue(record);
  const bell = openBell(clock);
  let arrivals: Arrival[] = [];
  let heldBytes = 0;
  let missed = 0;
  const unwatch = [
    queue.watch(name, ({ entered, afterId }) => {
      if (!entered || afterId === undefined) return;
      const bytes = sizeOf(entered);
      if (heldBytes + bytes > HELD_BYTES_MAX) missed++;
      else {
        heldBytes += bytes;
        arrivals.push({ entered, afterId });
      }
      bell.ring();
    }),
    records.watch(record, bell.ring),
  ];
  const close = (): void => {
    for (const end of unwatch) end();
    bell.ring();
  };
  if (signal.aborted) close();
  signal.addEventListener("abort", close, { once: true });
  // Where what lies there ends and what arrives begins.
  const border = (await queue.look(name, { limit: 1, reverse: true }))[0]?.id ?? 0;
  const isDeleted = async (): Promise<boolean> => (await records.find(record))?.id !== record.id;

  async function* lying(): AsyncGenerator<Sight> {
    for (let after = 0; after < border && !signal.aborted; ) {
      const page = await queue.look(name, { after, limit: PAGE });
      const oldestMs = clock.now() - record.settings.retentionSeconds * 1000;
      for (const message of page) if (message.id <= border && factsOf(message).sentMs > oldestMs) yield { kind: "message", message: seen(message, clock.now()) };
      after = page.at(-1)?.id ?? border;
    }
  }
  async function* all(): AsyncGenerator<Sight> {
    try {
      if (backlog) yield* lying();
      while (!signal.aborted) {
        const now = arrivals;
        arrivals = [];
        for (const arrival of now) {
          heldBytes -= sizeOf(arrival.entered);
          if (arrival.afterId > border) yield { kind: "message", message: arrived(arrival.entered, clock.now()) };
        }
        if (missed > 0) yield { kind: "missed", count: missed };
        missed = 0;
        if (await isDeleted()) return;
        if ((await bell.heard(idleMs)) === "silence") yield { kind: "quiet" };
      }
    } finally {
      signal.removeEventListener("abort", close);
      close();
    }
  }
  return all();
}

const sizeOf = ({ body }: Arrival["entered"]): number => body.byteLength + FACTS_BYTES;
const textOf = ({ buffer, byteOffset, byteLength }: Uint8Array): string => Buffer.from(buffer, byteOffset, byteLength).toString();

function seen(message: LyingMessage, nowMs: number): SeenMessage {
  const { visibleAtMs, leased, groupReadyAtMs = 0 } = message;
  const { receives, firstReceivedMs } = receivesOf(message);
  const hidden = visibleAtMs > nowMs;
  const state = hidden ? (leased ? "in-flight" : "delayed") : groupReadyAtMs > nowMs ? "blocked" : "visible";
  return { ...factsOf(message), body: textOf(message.body), receives, ...(receives > 0 && { firstReceivedMs }), state, ...(state !== "visible" && { untilMs: hidden ? visibleAtMs : groupReadyAtMs }) };
}

function arrived({ meta, body, delayMs }: Arrival["entered"], nowMs: number): SeenMessage {
  const facts = factsOf({ meta });
  return { ...facts, body: textOf(body), receives: facts.earlier?.receives ?? 0, ...(facts.earlier && { firstReceivedMs: facts.earlier.firstReceivedMs }), state: delayMs > 0 ? "delayed" : "new", ...(delayMs > 0 && { untilMs: nowMs + delayMs }) };
}
