// Message move tasks: a dead-letter queue's messages back where they came from, or elsewhere, at a rate; each step is one commit with its count.
import type { Clock } from "../../kernel/clock.ts";
import { uuid } from "../../kernel/ids.ts";
import { limits } from "../../kernel/limits.ts";
import type { Leased, Queue } from "../../ports/queue.ts";
import { ack, type Change, del, type Entry, type Key, set, type Store, transact, unchanged, type Write } from "../../ports/store.ts";
import { enqueueWrite, factsOf } from "./messages.ts";
import { queueOfArn, type MoveTask, type MoveTasks, type QueueRecord, type QueueRecords } from "./queues.ts";
import { engineQueue } from "./records.ts";
import type { Sequence } from "./sequence.ts";

const TASKS: Key = ["queues", "move"];
/** One entry per source that is being moved: its value is the task's id. */
const ACTIVE: Key = ["queues", "moving"];
/** Ours: messages of one step; their leases last so long, after a kill too. */
const STEP_MAX = 100;
const STEP_LEASE_MS = 30_000;
const WAIT_MS = 1000;
/** Ours: steps per second of a task with a rate, so that a rate of 500 is not one burst a second. */
const STEPS_PER_SECOND = 10;

export interface MovesDeps {
  readonly store: Store;
  readonly queue: Queue;
  readonly clock: Clock;
  readonly records: Pick<QueueRecords, "find">;
  readonly sequence: Sequence;
  readonly warn: (error: unknown) => void;
}

export interface OpenMoves extends MoveTasks {
  /** Goes on with the tasks of an earlier life. */
  resume(): Promise<void>;
  /** Stops between two steps; the tasks go on at the next start. */
  close(): Promise<void>;
}

const taskKey = (sourceArn: string, id: string): Key => [...TASKS, sourceArn, id];

export function openMoves(deps: MovesDeps): OpenMoves {
  const { store, clock } = deps;
  const life = new AbortController();
  const running = new Set<Promise<void>>();
  const begin = (sourceArn: string, id: string, openUntilMs: number): void => {
    const work = run(sourceArn, id, openUntilMs, deps, life.signal)
      .catch((error: unknown) => {
        if (!life.signal.aborted) deps.warn(error);
      })
      .finally(() => running.delete(work));
    running.add(work);
  };
  return {
    start: async (source, destination, perSecondMax) => {
      const { visible } = await deps.queue.counts(engineQueue(source));
      const startedMs = Math.floor(clock.now());
      const id = `${startedMs.toString().padStart(14, "0")}-${uuid()}`;
      const task: MoveTask = { id, sourceArn: source.arn, destinationArn: destination?.arn, perSecondMax, status: "RUNNING", toMove: visible, moved: 0, startedMs };
      const older = await store.list<MoveTask>({ prefix: [...TASKS, source.arn], limit: limits.store.listMax, reverse: true });
      const forgotten = older.slice(limits.sqs.moveTasksKept - 1).map(({ key }) => del(key));
      const active = [...ACTIVE, source.arn];
      const { ok } = await store.commit([{ key: active, version: null }], [set(active, id), set(taskKey(source.arn, id), task), ...forgotten]);
      if (!ok) return undefined;
      begin(source.arn, id, 0);
      return task;
    },
    list: async (sourceArn, limit) => (await store.list<MoveTask>({ prefix: [...TASKS, sourceArn], limit, reverse: true })).map(({ value }) => value),
    cancel: (sourceArn, id) =>
      transact(store, async (): Promise<Change<Awaited<ReturnType<MoveTasks["cancel"]>>>> => {
        const key = taskKey(sourceArn, id);
        const entry = await store.get<MoveTask>(key);
        if (!entry) return { checks: [], writes: [], result: undefined };
        if (entry.value.status !== "RUNNING") return { checks: [], writes: [], result: { task: entry.value, cancelled: false } };
        const task: MoveTask = { ...entry.value, status: "CANCELLING" };
        return { checks: [unchanged(key, entry)], writes: [set(key, task)], result: { task, cancelled: true } };
      }),
    resume: async () => {
      for (const { key, value } of await store.list<string>({ prefix: ACTIVE, limit: limits.store.listMax })) begin(String(key.at(-1)), value, clock.now() + STEP_LEASE_MS);
    },
    close: async () => {
      life.abort();
      await Promise.all(running);
    },
  };
}

/**
 * Steps until there is nothing visible any more, the task is cancelled, or a destination is gone. Until `openUntilMs` messages in flight
 * may be those of a step that a kill interrupted, and are waited for. Rejects when the signal aborts.
 */
async function run(sourceArn: string, id: string, openUntilMs: number, deps: MovesDeps, signal: AbortSignal): Promise<void> {
  const key = taskKey(sourceArn, id);
  for (;;) {
    const entry = await deps.store.get<MoveTask>(key);
    if (!entry) return;
    const task = entry.value;
    signal.throwIfAborted();
    const perStep = task.perSecondMax === undefined ? STEP_MAX : Math.min(STEP_MAX, Math.ceil(task.perSecondMax / STEPS_PER_SECOND));
    const end = task.status === "RUNNING" ? await step(entry, key, perStep, openUntilMs, deps) : ({ status: "CANCELLED" } as const);
    if (end === "changed") continue;
    if (end === "waiting") {
      await deps.clock.sleep(WAIT_MS, signal);
      continue;
    }
    if (end !== "moved") {
      const ended = await deps.store.commit([unchanged(key, entry)], [set(key, { ...task, ...end } satisfies MoveTask), del([...ACTIVE, sourceArn])]);
      if (ended.ok) return;
    } else if (task.perSecondMax !== undefined) await deps.clock.sleep((perStep / task.perSecondMax) * 1000, signal);
  }
}

type Step = "moved" | "changed" | "waiting" | Pick<MoveTask, "status" | "failure">;

async function step(entry: Entry<MoveTask>, key: Key, max: number, openUntilMs: number, deps: MovesDeps): Promise<Step> {
  const task = entry.value;
  const from = queueOfArn(task.sourceArn);
  const source = from && (await deps.records.find(from));
  if (!source) return { status: "FAILED", failure: NO_QUEUE };
  const leases = await deps.queue.lease(engineQueue(source), max, STEP_LEASE_MS);
  if (leases.length === 0) {
    const isOpen = deps.clock.now() < openUntilMs && (await deps.queue.counts(engineQueue(source))).leased > 0;
    return isOpen ? "waiting" : { status: "COMPLETED" };
  }
  const targets = await Promise.all(leases.map((lease) => targetOf(task, lease, deps)));
  if (targets.includes(undefined)) {
    await Promise.all(leases.map((lease) => deps.queue.release(lease, 0)));
    return { status: "FAILED", failure: targets.length === 1 || task.destinationArn !== undefined ? NO_QUEUE : "CouldNotDetermineMessageSource" };
  }
  await deps.sequence.ready();
  const writes = leases.flatMap((lease, index): readonly Write[] => [ack(lease), moved(targets[index] as QueueRecord, lease, deps)]);
  const { ok } = await deps.store.commit([unchanged(key, entry)], [...writes, set(key, { ...task, moved: task.moved + leases.length } satisfies MoveTask)]);
  if (ok) return "moved";
  await Promise.all(leases.map((lease) => deps.queue.release(lease, 0)));
  return "changed";
}

const NO_QUEUE = "AWS.SimpleQueueService.NonExistentQueue";

async function targetOf({ destinationArn }: MoveTask, lease: Leased, { records }: MovesDeps): Promise<QueueRecord | undefined> {
  const ref = queueOfArn(destinationArn ?? factsOf(lease).sourceArn ?? "");
  return ref && records.find(ref);
}

/** A redriven message is a new one: with an id, an age and receives of its own, as in the original. */
function moved(target: QueueRecord, lease: Leased, { clock, sequence }: MovesDeps): Write {
  const { sourceArn: _left, earlier: _past, ...facts } = factsOf(lease);
  const fresh = { messageId: uuid(), sentMs: Math.floor(clock.now()), ...(target.settings.fifo && { sequenceNumber: sequence.next() }) };
  return enqueueWrite(target, { ...facts, ...fresh }, lease.body, 0);
}
