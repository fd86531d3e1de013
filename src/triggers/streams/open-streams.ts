// Opens the streams: ordered shards of records for the services that speak of them, and for the pollers that turn records into events.
import type { Clock } from "../../kernel/clock.ts";
import type { Log } from "../../ports/log.ts";
import type { Entry, Store } from "../../ports/store.ts";
import { follow, type Following } from "./follow.ts";
import { planPut, type NewRecord, type PutOutcome, type PutPlan } from "./put.ts";
import { shardRates, unlimited, type Rates } from "./rates.ts";
import { firstSince, latest, readShard, TRIM_HORIZON, type PageSize, type ShardPage } from "./read.ts";
import { openRegistry, type StreamRegistry } from "./registry.ts";
import type { Place } from "./sequence.ts";
import { logOf, streamKey, type Shard, type Stream, type StreamRef } from "./stream.ts";
import { emptyTrash, sweepStreams } from "./sweep.ts";

/** Where reading begins. */
export type Start = "TRIM_HORIZON" | "LATEST" | { readonly sinceMs: number };

export interface Streams extends Omit<StreamRegistry, "entry" | "forget" | typeof Symbol.dispose>, AsyncDisposable {
  find(ref: StreamRef): Promise<Stream | undefined>;
  /** Writes the records in one commit, durable when it resolves; undefined when there is no such stream. */
  put(ref: StreamRef, records: readonly NewRecord[]): Promise<readonly PutOutcome[] | undefined>;
  /** The same as a part of somebody else's commit; shard limits do not bind it. Undefined when there is no such stream. */
  planPut(ref: StreamRef, records: readonly NewRecord[]): Promise<PutPlan | undefined>;
  place(stream: Stream, shard: Shard, start: Start): Promise<Place>;
  read(stream: Stream, shard: Shard, from: Place, size: PageSize): Promise<ShardPage>;
  /** Pages as they come, from a shard of the stream that has this id now; see `follow`. */
  follow(stream: Stream, shard: Shard, from: Place, how: Following): AsyncGenerator<ShardPage>;
  /** Calls back when the shard may have got records, and when its stream changed. A hint. */
  watch(stream: Stream, shard: Shard, listener: () => void): () => void;
  readonly rates: Rates;
  /** Removes what has expired; it also runs by itself. */
  sweep(): Promise<void>;
}

export interface StreamsDeps {
  readonly store: Store;
  readonly log: Log;
  readonly clock: Clock;
  /** Whether the original's limits per shard hold. */
  readonly enforceRates: boolean;
  readonly warn: (sentence: string, error: unknown) => void;
}

/** Ours: readers never see an expired record; this is only how soon its space comes back. */
const SWEEP_MS = 10 * 60_000;
/** Ours: as in `transact`. */
const ATTEMPTS_MAX = 50;

/** Disposing ends everybody's following and the sweep. */
export function openStreams(deps: StreamsDeps): Streams {
  const { store, log, clock, warn } = deps;
  const registry = openRegistry({ store, clock });
  const rates = deps.enforceRates ? shardRates(clock) : unlimited;
  const closing = new AbortController();
  let sweeping: Promise<void> = Promise.resolve();
  const run = (work: () => Promise<void>): Promise<void> => (sweeping = sweeping.catch(() => undefined).then(() => (closing.signal.aborted ? undefined : work())));
  const inBackground = (work: () => Promise<void>): Promise<void> => run(work).catch((error: unknown) => warn("Expired stream records could not be removed; the next sweep tries again", error));
  const sweep = (): Promise<void> => run(() => sweepStreams(deps));
  let cancelSweep = clock.after(SWEEP_MS, sweepAgain);

  function sweepAgain(): void {
    cancelSweep = clock.after(SWEEP_MS, sweepAgain);
    void inBackground(() => sweepStreams(deps));
  }

  const watch: Streams["watch"] = (stream, shard, listener) => {
    const [records, record] = [log.watch(logOf(stream.id, shard.index), listener), store.watch(streamKey(stream), listener)];
    return () => {
      records();
      record();
    };
  };
  const commitPut = async (entry: Entry<Stream>, records: readonly NewRecord[]): Promise<readonly PutOutcome[] | undefined> => {
    const plan = planPut(entry, records, rates);
    if (plan.writes.length === 0) return plan.outcomes([]);
    const commit = await store.commit(plan.checks, plan.writes);
    return commit.ok ? plan.outcomes(commit.appended) : undefined;
  };

  return {
    create: registry.create,
    nameOf: registry.nameOf,
    list: registry.list,
    change: registry.change,
    remove: async (ref, decide) => {
      const removed = await registry.remove(ref, decide);
      if (removed) void inBackground(() => emptyTrash(deps));
      return removed;
    },
    find: async (ref) => (await registry.entry(ref))?.value,
    put: async (ref, records) => {
      for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
        const entry = await registry.entry(ref);
        if (!entry) return undefined;
        const outcomes = await commitPut(entry, records);
        if (outcomes) return outcomes;
        registry.forget(ref);
      }
      throw new Error(`a put conflicted ${ATTEMPTS_MAX} times in a row`);
    },
    planPut: async (ref, records) => {
      // Read anew: whoever plans again after a conflict must not be given the same record.
      registry.forget(ref);
      const entry = await registry.entry(ref);
      return entry && planPut(entry, records, unlimited);
    },
    place: async (stream, shard, start) => {
      if (start === "TRIM_HORIZON") return TRIM_HORIZON;
      return start === "LATEST" ? latest(deps, stream, shard) : firstSince(deps, stream, shard, start.sinceMs);
    },
    read: (stream, shard, from, size) => readShard(deps, stream, shard, from, size),
    follow: (stream, shard, from, how) => {
      const page = async (place: Place): Promise<ShardPage | undefined> => {
        const now = (await registry.entry(stream))?.value;
        const found = now?.id === stream.id ? now.shards.find(({ index }) => index === shard.index) : undefined;
        return now && found && readShard(deps, now, found, place, how);
      };
      return follow({ clock, page, watch: (listener) => watch(stream, shard, listener) }, from, { ...how, signal: AbortSignal.any([how.signal, closing.signal]) });
    },
    watch,
    rates,
    sweep,
    [Symbol.asyncDispose]: async () => {
      closing.abort();
      cancelSweep();
      registry[Symbol.dispose]();
      await sweeping.catch(() => undefined);
    },
  };
}
