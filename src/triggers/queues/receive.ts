// Receiving: leases what is visible, and on the way drops what is past its retention and moves dead letters.
import type { Clock } from "../../kernel/clock.ts";
import { limits } from "../../kernel/limits.ts";
import type { Leased, Queue } from "../../ports/queue.ts";
import { ack, type Store, type Write } from "../../ports/store.ts";
import { enqueueWrite, factsOf, received, receivesOf } from "./messages.ts";
import { queueOfArn, type QueueRecord, type QueueRecords, type ReceivedMessage } from "./queues.ts";
import { engineQueue } from "./records.ts";
import type { Sequence } from "./sequence.ts";

export interface ReceiveDeps {
  readonly store: Pick<Store, "commit">;
  readonly queue: Queue;
  readonly clock: Pick<Clock, "now">;
  readonly records: Pick<QueueRecords, "find">;
  readonly sequence: Sequence;
}

export interface Taken {
  readonly lease: Leased;
  readonly message: ReceivedMessage;
}

/** Ours: how often one receive leases again because what it got was dropped or moved. */
const ROUNDS_MAX = 100;

/** Up to `max` messages, never waiting for one. */
export async function take(queue: QueueRecord, max: number, visibilityMs: number, deps: ReceiveDeps): Promise<readonly Taken[]> {
  const taken: Taken[] = [];
  for (let round = 0; round < ROUNDS_MAX && taken.length < max; round++) {
    const leasedMs = deps.clock.now();
    const leases = await deps.queue.lease(engineQueue(queue), max - taken.length, visibilityMs);
    if (leases.length === 0) break;
    const alive = await withoutDead(queue, leases, deps);
    taken.push(...alive.map((lease) => ({ lease, message: received(lease, leasedMs) })));
    if (alive.length === leases.length) break;
  }
  return taken;
}

/** Settles the expired ones and the dead letters, and gives back the others. */
async function withoutDead(queue: QueueRecord, leases: readonly Leased[], deps: ReceiveDeps): Promise<readonly Leased[]> {
  const { redrive, retentionSeconds } = queue.settings;
  const oldestMs = deps.clock.now() - retentionSeconds * 1000;
  const expired = leases.filter((lease) => factsOf(lease).sentMs <= oldestMs);
  const overdue = redrive ? leases.filter((lease) => !expired.includes(lease) && lease.attempt > redrive.receivesMax) : [];
  if (expired.length + overdue.length === 0) return leases;
  const target = redrive && overdue.length > 0 ? await targetOf(redrive.targetArn, deps) : undefined;
  // Without the queue they should go to they stay: a message is never lost to a wrong setting.
  const dead = target ? overdue : [];
  if (target?.settings.fifo) await deps.sequence.ready();
  const moves = target ? dead.map((lease) => deadLetter(queue, target, lease, deps)) : [];
  const writes: readonly Write[] = [...expired.map(ack), ...dead.map(ack), ...moves];
  // A lost lease means that somebody else took or removed a message in between: then each is asked for itself.
  if (writes.length > 0 && !(await deps.store.commit([], writes)).ok) {
    for (const lease of expired) await deps.queue.ack(lease);
    for (const [index, lease] of dead.entries()) await deps.store.commit([], [ack(lease), moves[index] as Write]);
  }
  return leases.filter((lease) => !expired.includes(lease) && !dead.includes(lease));
}

async function targetOf(arn: string, { records }: ReceiveDeps): Promise<QueueRecord | undefined> {
  const ref = queueOfArn(arn);
  return ref && records.find(ref);
}

/** Keeps its id; a standard queue's message keeps its age too, as in the original. */
function deadLetter(queue: QueueRecord, target: QueueRecord, lease: Leased, { clock, sequence }: ReceiveDeps): Write {
  const facts = factsOf(lease);
  const fifo = target.settings.fifo ? { sequenceNumber: sequence.next(), sentMs: Math.floor(clock.now()) } : {};
  // The receive that moves it does not count: nobody got it.
  const { receives, firstReceivedMs } = receivesOf(lease);
  return enqueueWrite(target, { ...facts, ...fifo, sourceArn: queue.arn, earlier: { receives: receives - 1, firstReceivedMs } }, lease.body, 0);
}

/** Counts what is in flight only when it may matter: between two counts it can grow by no more than what was given out. */
export function openInFlight(queue: Pick<Queue, "counts">, max: number = limits.sqs.inFlightMax) {
  const known = new Map<string, { counted: number; given: number }>();
  return {
    /** Whether one more message may be received. */
    room: async (record: QueueRecord): Promise<boolean> => {
      let of = known.get(record.id);
      if (!of || of.counted + of.given >= max) {
        of = { counted: (await queue.counts(engineQueue(record))).leased, given: 0 };
        known.set(record.id, of);
      }
      return of.counted + of.given < max;
    },
    given: (record: QueueRecord, count: number): void => {
      const of = known.get(record.id);
      if (of) of.given += count;
    },
    forget: (record: QueueRecord): void => void known.delete(record.id),
  };
}
