// Reads one stream for one mapping: every shard at once, but children only after their parents, and each only while the lease on it is ours.
import type { Lease, Leases } from "../../../ports/leases.ts";
import { del, type Store } from "../../../ports/store.ts";
import { compileFilters } from "../filters.ts";
import type { Mapping } from "../mapping.ts";
import { ABSENCE_MS, type Poller, type PollerDeps } from "../poller.ts";
import { newTally, problems } from "../tally.ts";
import { openBell } from "../../bell.ts";
import { lastResultIn, readCheckpoints } from "./checkpoints.ts";
import { openShardReader, type ShardReader, type StreamMapping } from "./shard-reader.ts";
import type { SourceShard, StreamSource } from "./stream-source.ts";

export interface StreamPollerDeps extends PollerDeps {
  readonly source: StreamSource;
  readonly store: Pick<Store, "commit" | "get" | "list">;
  readonly leases: Leases;
  /** Who we are among the servers of one store; the same after a restart. */
  readonly owner: string;
}

/** Ours: how long a shard stays unread when its server is gone without a word. */
const LEASE_MS = 60_000;

interface Reading {
  readonly reader: ShardReader;
  lease: Lease;
  /** Resolves when nothing is left of it. */
  over: Promise<void>;
}

export function openStreamPoller(mapping: Mapping, deps: StreamPollerDeps): Poller {
  const { source, store, clock, leases, warn } = deps;
  const { stream } = mapping.settings;
  if (!stream) throw new Error("bug: a mapping of a stream without its settings");
  const reading = new Map<string, Reading>();
  /** Shards that are done with, as far as this poller knows. */
  const endedKeys = new Set<string>();
  const tally = newTally(mapping.id);
  const bell = openBell(clock);
  const filter = compileFilters(mapping.settings.filters, mapping.kind);
  const ofStream: StreamMapping = { ...mapping, settings: { ...mapping.settings, stream } };
  const stopping = new AbortController();
  const stopped = (): boolean => stopping.signal.aborted;

  /** When to look again at the latest; undefined when news will tell. */
  const look = async (): Promise<number | undefined> => {
    const shards = await source.shards(mapping.sourceArn);
    if (!shards) {
      tally.lastResult = problems.noStream;
      return ABSENCE_MS;
    }
    let again: number | undefined;
    if (shards.some(({ key }) => !reading.has(key) && !endedKeys.has(key))) {
      const checkpoints = await readCheckpoints(store, mapping.id);
      tally.lastResult ??= lastResultIn(checkpoints);
      for (const [key, { value }] of checkpoints) if (value.ended) endedKeys.add(key);
      // Of shards whose records have all expired.
      const gone = [...checkpoints].filter(([key]) => !reading.has(key) && shards.every((shard) => shard.key !== key));
      if (gone.length > 0) await store.commit([], gone.map(([, entry]) => del(entry.key)));
      for (const shard of shards) if (isDue(shard, shards) && !stopped() && !(await begin(shard, checkpoints))) again = LEASE_MS / 3;
    }
    return again;
  };
  const isDue = (shard: SourceShard, shards: readonly SourceShard[]): boolean =>
    !reading.has(shard.key) && !endedKeys.has(shard.key) && shard.parents.every((id) => shards.every((other) => other.id !== id || endedKeys.has(other.key)));

  /** False when somebody else reads it. */
  const begin = async (shard: SourceShard, checkpoints: Awaited<ReturnType<typeof readCheckpoints>>): Promise<boolean> => {
    const lease = await leases.acquire(`mapping/${mapping.id}/${shard.key}`, deps.owner, LEASE_MS);
    if (!lease) return false;
    const checkpoint = checkpoints.get(shard.key);
    const from = checkpoint?.value.place ?? (await source.place(mapping.sourceArn, shard, { kind: "TRIM_HORIZON" }));
    const reader = openShardReader(ofStream, shard, checkpoint, from, { ...deps, tally, filter });
    const held: Reading = { reader, lease, over: Promise.resolve() };
    reading.set(shard.key, held);
    const cancel = renewing(held);
    held.over = reader.finished
      .then((how) => {
        if (how === "ended") endedKeys.add(shard.key);
      }, (error: unknown) => warn("A shard could not be read; trying again soon.", error, { mapping: mapping.id, shard: shard.id }))
      .finally(async () => {
        cancel();
        await leases.release(held.lease).catch(() => undefined);
        // A shard that failed or went is not taken up again in the same breath.
        if (!stopped() && !endedKeys.has(shard.key)) await clock.sleep(ABSENCE_MS / 10);
        reading.delete(shard.key);
        bell.ring();
      });
    return true;
  };
  const renewing = (held: Reading): (() => void) => {
    let cancel = clock.after(LEASE_MS / 3, renew);
    function renew(): void {
      cancel = clock.after(LEASE_MS / 3, renew);
      leases.renew(held.lease, LEASE_MS).then((lease) => {
        if (lease) held.lease = lease;
        else held.reader.stop();
      }, (error: unknown) => warn("The lease on a shard could not be renewed.", error, { mapping: mapping.id }));
    }
    return () => cancel();
  };

  const loop = async (): Promise<void> => {
    const unwatch = source.watch(mapping.sourceArn, undefined, bell.ring);
    while (!stopped()) {
      let again: number | undefined = ABSENCE_MS;
      try {
        again = await look();
      } catch (error) {
        if (!stopped()) warn("A stream could not be read for its function; trying again soon.", error, { mapping: mapping.id, stream: mapping.sourceArn });
      }
      if (!stopped()) await bell.heard(again);
    }
    unwatch();
  };
  const looping = loop();
  return {
    stop: async () => {
      stopping.abort();
      bell.ring();
      for (const { reader } of reading.values()) reader.stop();
      await looping;
      for (const { reader } of reading.values()) reader.stop();
      await Promise.all([...reading.values()].map(({ over }) => over));
    },
    status: () => ({ ...tally, running: reading.size }),
  };
}
