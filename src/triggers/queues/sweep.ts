// Gives back the space of what nobody can see any more: messages past their retention, deleted queues' messages, old deduplication ids.
import type { Clock } from "../../kernel/clock.ts";
import { limits } from "../../kernel/limits.ts";
import type { Queue } from "../../ports/queue.ts";
import { del, type Key, type Store } from "../../ports/store.ts";
import type { QueueRecord } from "./queues.ts";
import { engineQueue, enginePrefix, queueIdOf } from "./records.ts";
import { DEDUP_ROOT, dedupWindow } from "./send.ts";

export interface SweepDeps {
  readonly store: Pick<Store, "list" | "commit">;
  readonly queue: Pick<Queue, "pending" | "purge">;
  readonly clock: Pick<Clock, "now">;
  readonly all: () => AsyncIterable<QueueRecord>;
}

export async function sweepQueues({ store, queue, clock, all }: SweepDeps): Promise<void> {
  // Asked before the records, so that a queue made meanwhile is not taken for one without a record.
  const holding = await queue.pending(enginePrefix);
  const known = new Map<string, QueueRecord>();
  for await (const record of all()) known.set(record.id, record);
  for (const { queue: name } of holding) {
    const record = known.get(queueIdOf(name));
    if (record) await queue.purge(engineQueue(record), clock.now() - record.settings.retentionSeconds * 1000 + 1);
    else await queue.purge(name);
  }
  const oldWindow = dedupWindow(clock.now()) - 1;
  for (let id = await firstDedupId(store, undefined); id !== undefined; id = await firstDedupId(store, id)) {
    await removeRange(store, [...DEDUP_ROOT, id], known.has(id) ? [...DEDUP_ROOT, id, oldWindow] : undefined);
  }
}

/** The first queue with deduplication ids, after one. */
async function firstDedupId(store: Pick<Store, "list">, after: string | undefined): Promise<string | undefined> {
  const [first] = await store.list({ prefix: DEDUP_ROOT, ...(after !== undefined && { from: [...DEDUP_ROOT, `${after}\0`] }), limit: 1 });
  return first && String(first.key[DEDUP_ROOT.length]);
}

async function removeRange(store: Pick<Store, "list" | "commit">, prefix: Key, before: Key | undefined): Promise<void> {
  for (;;) {
    const page = await store.list({ prefix, ...(before && { before }), limit: limits.store.listMax });
    if (page.length > 0) await store.commit([], page.map(({ key }) => del(key)));
    if (page.length < limits.store.listMax) return;
  }
}
