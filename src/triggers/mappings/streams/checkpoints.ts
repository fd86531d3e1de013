// Checkpoints: how far a mapping is done with a shard, committed together with what follows from it.
import type { Clock } from "../../../kernel/clock.ts";
import { type Commit, del, entriesBelow, type Entry, type Key, set, type Store, type Write } from "../../../ports/store.ts";
import type { Mapping, Planned, StartingPosition } from "../mapping.ts";
import { pause } from "../poller.ts";
import type { StoredFailures } from "./failures.ts";
import type { Place, StreamSource } from "./stream-source.ts";
import type { OpenWindow } from "./windows.ts";

export interface Checkpoint {
  readonly place: Place;
  /** Everything in the shard is done with: its children may begin. */
  readonly ended?: true;
  readonly window?: OpenWindow;
  /** The latest result of the whole mapping, as its owner is shown it. */
  readonly result?: string;
  readonly failing?: StoredFailures;
}

const rootOf = (mappingId: string): Key => ["mappings", "checkpoint", mappingId];
const keyOf = (mappingId: string, shardKey: string): Key => [...rootOf(mappingId), shardKey];

/** Where a new mapping begins in the shards that are there; later ones are read from their beginning. Undefined when there is no such stream. */
export async function firstCheckpoints(source: StreamSource, streamArn: string, start: StartingPosition): Promise<((mappingId: string) => readonly Write[]) | undefined> {
  const shards = await source.shards(streamArn);
  if (!shards) return undefined;
  const places = await Promise.all(shards.map(async (shard) => ({ key: shard.key, place: await source.place(streamArn, shard, start) })));
  return (id) => places.map(({ key, place }) => set(keyOf(id, key), { place } satisfies Checkpoint));
}

/** By shard key. */
export async function readCheckpoints(store: Pick<Store, "list">, mappingId: string): Promise<ReadonlyMap<string, Entry<Checkpoint>>> {
  const found = new Map<string, Entry<Checkpoint>>();
  for await (const entry of entriesBelow<Checkpoint>(store, rootOf(mappingId))) found.set(String(entry.key.at(-1)), entry);
  return found;
}

/** What was said last of the mapping; undefined before its first batch. */
export function lastResultIn(checkpoints: Awaited<ReturnType<typeof readCheckpoints>>): string | undefined {
  return [...checkpoints.values()].filter(({ value }) => value.result !== undefined).toSorted((a, b) => b.version - a.version)[0]?.value.result;
}

export async function checkpointsGone(store: Pick<Store, "list">, mappingId: string): Promise<readonly Write[]> {
  return [...(await readCheckpoints(store, mappingId)).values()].map(({ key }) => del(key));
}

export interface SavingDeps {
  readonly store: Pick<Store, "commit" | "get">;
  readonly clock: Pick<Clock, "sleep">;
  readonly signal: AbortSignal;
  readonly warn: (error: unknown) => void;
}

export interface Saving {
  /**
   * Commits what `snapshot` says at that moment, with `also` (asked again on a conflict). Saves of one shard follow each other; one that has
   * not begun serves all that are asked for meanwhile. Resolves false when the shard is somebody else's by now, or when stopped before it was written.
   */
  save(also?: () => Promise<Planned>): Promise<boolean>;
  /** Resolves when no save is under way. */
  written(): Promise<void>;
}

/** Ours: after the store failed. */
const RETRY_MS = 500;
/** Ours: conflicts in a row of what is written along. */
const CONFLICTS_MAX = 50;

export function openSaving(mapping: Pick<Mapping, "id">, shardKey: string, entry: Entry<Checkpoint> | undefined, snapshot: () => Checkpoint, deps: SavingDeps): Saving {
  const { store, clock, signal, warn } = deps;
  const key = keyOf(mapping.id, shardKey);
  let version = entry?.version ?? null;
  let lost = false;
  let last: Promise<boolean> = Promise.resolve(true);
  /** A plain save that has not begun. */
  let waiting: Promise<boolean> | undefined;

  const write = async (also: (() => Promise<Planned>) | undefined): Promise<boolean> => {
    for (let conflicts = 0; conflicts < CONFLICTS_MAX && !lost; ) {
      try {
        const { checks, writes } = also ? await also() : nothing;
        const commit: Commit = await store.commit([{ key, version }, ...checks], [set(key, snapshot()), ...writes]);
        if (commit.ok) {
          version = commit.version;
          return true;
        }
        conflicts++;
        const now = await store.get(key);
        lost = (now?.version ?? null) !== version;
      } catch (error) {
        // What was to be told along must not be passed by: nothing is saved any more until it is.
        warn(error);
        await pause(clock, RETRY_MS, signal);
        lost ||= signal.aborted;
      }
    }
    lost = true;
    return false;
  };
  return {
    save: (also) => {
      if (!also && waiting) return waiting;
      const mine: Promise<boolean> = last.then(() => {
        if (waiting === mine) waiting = undefined;
        return write(also);
      });
      last = mine;
      if (!also) waiting = mine;
      return mine;
    },
    written: async () => void (await last),
  };
}

const nothing: Planned = { checks: [], writes: [] };
