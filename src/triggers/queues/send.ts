// Sending: one commit per call; a FIFO queue's deduplication and sequence are part of it, so two equal sends can not both be the first.
import { createHash } from "node:crypto";
import type { Clock } from "../../kernel/clock.ts";
import { limits } from "../../kernel/limits.ts";
import { type Check, type Entry, type Key, set, type Store, unchanged, type Write } from "../../ports/store.ts";
import { enqueueWrite, newFacts } from "./messages.ts";
import type { OutgoingMessage, QueueRecord, Sending, SentMessage } from "./queues.ts";
import type { Sequence } from "./sequence.ts";

export interface SendDeps {
  readonly store: Store;
  readonly clock: Pick<Clock, "now">;
  readonly sequence: Sequence;
}

/** Ours: how often a send is tried while equal ones get in between. */
const ATTEMPTS_MAX = 50;
const DEDUP_MS = limits.sqs.dedupSeconds * 1000;

export const DEDUP_ROOT: Key = ["queues", "dedup"];
/** Deduplication ids lie in windows of time, so that the old ones are a range. One is remembered in the window it was sent in. */
export const dedupWindow = (nowMs: number): number => Math.floor(nowMs / DEDUP_MS);

interface Remembered extends SentMessage {
  readonly atMs: number;
}

interface Planned extends Sending {
  readonly sent: readonly SentMessage[];
}

export async function send(queue: QueueRecord, messages: readonly OutgoingMessage[], deps: SendDeps): Promise<readonly SentMessage[]> {
  for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
    const { sent, checks, writes } = await planSend(queue, messages, deps);
    if (writes.length === 0 || (await deps.store.commit(checks, writes)).ok) return sent;
  }
  throw new Error(`a send to ${queue.arn} conflicted ${ATTEMPTS_MAX} times in a row`);
}

/** The sequence numbers are taken last and at once: a caller that commits without waiting keeps their order. */
export async function planSend(queue: QueueRecord, messages: readonly OutgoingMessage[], deps: SendDeps): Promise<Planned> {
  const { fifo } = queue.settings;
  if (!fifo) return planStandard(queue, messages, deps.clock.now());
  await deps.sequence.ready();
  const nowMs = deps.clock.now();
  const ids = messages.map((message) => dedupKeyOf(queue, message, nowMs));
  const known = await Promise.all(ids.map(({ key, before }) => Promise.all([deps.store.get<Remembered>(key), deps.store.get<Remembered>(before)])));

  // Recorded on AWS: a purge takes the deduplication ids along, or a message that is sent again after it would be lost.
  const forgottenMs = queue.purgedMs ?? 0;
  const checks: Check[] = [];
  const writes: Write[] = [];
  const firsts = new Map<string, SentMessage>();
  const sent = messages.map((message, index): SentMessage => {
    const { key, dedupId } = ids[index] as DedupKey;
    const name = key.join("\0");
    const [current, before] = known[index] as [Entry<Remembered> | undefined, Entry<Remembered> | undefined];
    const first = firsts.get(name) ?? [current, before].find((entry) => entry !== undefined && entry.value.atMs > forgottenMs && nowMs - entry.value.atMs < DEDUP_MS)?.value;
    if (first) return { messageId: first.messageId, sequenceNumber: first.sequenceNumber };
    const facts = newFacts(message, nowMs, { dedupId, sequenceNumber: deps.sequence.next() });
    const answer = { messageId: facts.messageId, sequenceNumber: facts.sequenceNumber };
    firsts.set(name, answer);
    checks.push(unchanged(key, current));
    writes.push(set(key, { ...answer, atMs: nowMs } satisfies Remembered), enqueueWrite(queue, facts, Buffer.from(message.body), queue.settings.delaySeconds));
    return answer;
  });
  return { sent, checks, writes };
}

function planStandard(queue: QueueRecord, messages: readonly OutgoingMessage[], nowMs: number): Planned {
  const facts = messages.map((message) => newFacts(message, nowMs));
  return {
    sent: facts.map(({ messageId }) => ({ messageId })),
    checks: [],
    writes: messages.map(({ body, delaySeconds }, index) => enqueueWrite(queue, facts[index] as (typeof facts)[number], Buffer.from(body), delaySeconds ?? queue.settings.delaySeconds)),
  };
}

interface DedupKey {
  readonly dedupId: string;
  readonly key: Key;
  /** Of the window before. */
  readonly before: Key;
}

function dedupKeyOf(queue: QueueRecord, { body, dedupId = createHash("sha256").update(body).digest("hex"), groupId = "" }: OutgoingMessage, nowMs: number): DedupKey {
  const scope = queue.settings.fifo?.dedupScope === "messageGroup" ? groupId : "";
  const window = dedupWindow(nowMs);
  return { dedupId, key: [...DEDUP_ROOT, queue.id, window, scope, dedupId], before: [...DEDUP_ROOT, queue.id, window - 1, scope, dedupId] };
}
