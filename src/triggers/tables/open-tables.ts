// Opens the tables: records, items, ranges, streams, and the background that keeps their promises.
import { hexId } from "../../kernel/ids.ts";
import type { Clock } from "../../kernel/clock.ts";
import { openTurns } from "../../kernel/turns.ts";
import type { Log } from "../../ports/log.ts";
import { del, set, type Store, type Write } from "../../ports/store.ts";
import { dropHalfBackups, openBackups, type Backups } from "./backups.ts";
import { openCatalog, type Catalog } from "./catalog.ts";
import { choreWrite, doChore, dropTableWrites, expireItems, forgetTokens, type Chore } from "./chores.ts";
import { openCounts, type Count } from "./counts.ts";
import { openItems, type Items } from "./items.ts";
import { chores, expiringKey, tableKey } from "./keys.ts";
import type { StoredItem } from "./packing.ts";
import { readRange, type RangeRead } from "./ranges.ts";
import type { TableStream } from "./stream-records.ts";
import { beginStream, endStream, openStreams, sweepStreams, type Streams } from "./streams.ts";
import type { Scope, Table } from "./table.ts";

export interface Tables extends AsyncDisposable, Pick<Catalog, "find" | "list"> {
  readonly items: Items;
  readonly streams: Streams;
  readonly backups: Backups;
  /** Items of a table or entries of an index, in order, in pages. */
  read(range: RangeRead): AsyncGenerator<readonly StoredItem[]>;
  /** False when there is a table of this name already. `from` is the copy whose items it gets in the background. */
  create(table: Table, from?: string): Promise<boolean>;
  /**
   * Replaces the record; indexes, stream and expiry that are new begin, those that are gone end, in the same commit.
   * Undefined when there is no such table. `next` may throw a fault.
   */
  change(scope: Scope, name: string, next: (table: Table) => Table): Promise<Table | undefined>;
  /** The table as it was; undefined when there is none. Its items go in the background. */
  remove(scope: Scope, name: string, permitted: (table: Table) => void): Promise<Table | undefined>;
  /** Items and bytes of the table under "", of each index under its id. */
  count(table: Table): Promise<ReadonlyMap<string, Count>>;
  /** Removes what has expired, now rather than at the next turn. */
  sweep(): Promise<void>;
}

export interface TablesDeps {
  readonly store: Store;
  readonly log: Log;
  readonly clock: Clock;
  readonly warn: (sentence: string, error: unknown) => void;
}

/** Ours: how soon after its time an item goes; the original promises a few days. */
const EXPIRY_MS = 10_000;
/** Ours: readers never see old stream records; this is only how soon their space comes back. */
const SWEEP_EVERY = 60;
/** Ours: chores read at once. */
const CHORES = 100;

/** Short ids keep the keys short. */
export const shortId = (): string => hexId(6);

export function openTables({ store, log, clock, warn }: TablesDeps): Tables {
  const catalog = openCatalog(store);
  const counts = openCounts(store);
  const items = openItems({ store, catalog, turns: openTurns(), counts });
  const streams = openStreams({ store, log, clock });
  const deps = { store, catalog, items, counts };
  const state = { closed: false, again: false };
  let working: Promise<void> | undefined;

  const work = async (): Promise<void> => {
    do {
      state.again = false;
      for (const { value } of await store.list<Chore>({ prefix: chores, limit: CHORES })) {
        if (state.closed) return;
        await doChore(deps, value, () => state.closed);
        state.again = true;
      }
    } while (state.again);
  };
  const beginWork = (): void => {
    state.again = true;
    working ??= work().catch((error: unknown) => warn("Work left by tables failed; the next start does it", error)).finally(() => (working = undefined));
  };

  const sweep = async (turn: number): Promise<void> => {
    await expireItems(deps, clock.now());
    if (turn % SWEEP_EVERY !== 0) return;
    await sweepStreams({ store, log, clock });
    await forgetTokens(store, clock.now());
  };
  let sweeping: Promise<void> = Promise.resolve();
  const sweepAgain = (turn: number): (() => void) => clock.after(EXPIRY_MS, () => {
    sweeping = sweep(turn).catch((error: unknown) => warn("What has expired in tables could not be removed; the next sweep tries again", error)).finally(() => {
      if (!state.closed) cancel = sweepAgain(turn + 1);
    });
  });
  let cancel = sweepAgain(1);
  dropHalfBackups(store).catch((error: unknown) => warn("Backups that were never finished could not be removed; the next start does it", error)).finally(beginWork);

  return {
    find: catalog.find,
    list: catalog.list,
    items,
    streams,
    read: (range) => readRange(store, range),
    backups: openBackups({ store, catalog, clock, beginWork }),
    create: async (table, from) => {
      const { account, region, id, name } = table;
      const made = await catalog.create(table, () => [
        ...beginStream(table, clock.now()), ...(table.ttl ? [expiringWrite(table)] : []),
        ...(from === undefined ? [] : [choreWrite({ kind: "restore", account, region, table: name, tableId: id, part: "restore", from })]),
      ]);
      if (from !== undefined) beginWork();
      return made;
    },
    change: async (scope, name, next) => {
      // Read before the change: a stream's record changes only with its table's, so the commit's check on the table covers it.
      for (;;) {
        const before = await catalog.find(scope, name);
        const stream = before && (await streamOf(streams, before));
        let stale = false;
        const changed = await catalog.change(scope, name, (table) => {
          if (table.stream?.label !== before?.stream?.label || table.id !== before?.id) {
            stale = true;
            return { table };
          }
          const after = next(table);
          return { table: after, also: consequences(table, after, stream, clock.now()) };
        });
        if (stale) continue;
        if (changed) beginWork();
        return changed;
      }
    },
    remove: async (scope, name, permitted) => {
      for (;;) {
        const entry = await catalog.entry(scope, name);
        if (!entry) return undefined;
        permitted(entry.value);
        const stream = await streamOf(streams, entry.value);
        const key = tableKey(scope, name);
        const commit = await store.commit([{ key, version: entry.version }], [del(key), ...dropTableWrites(entry.value), ...endStream(entry.value, stream, clock.now())]);
        if (!commit.ok) continue;
        counts.forget(entry.value.id);
        beginWork();
        return entry.value;
      }
    },
    count: counts.of,
    sweep: () => sweep(0),
    [Symbol.asyncDispose]: async () => {
      state.closed = true;
      cancel();
      catalog.close();
      await sweeping;
      await working;
      await counts.save();
    },
  };
}

const streamOf = async (streams: Streams, table: Table): Promise<TableStream | undefined> => table.stream && streams.find(table, table.name, table.stream.label);

const expiringWrite = ({ id, account, region, name }: Table): Write => set(expiringKey(id), { account, region, name });

/** What a change of the record brings with it. */
function consequences(before: Table, after: Table, stream: TableStream | undefined, nowMs: number): readonly Write[] {
  const writes: Write[] = [];
  const partsOf = ({ indexes, ttl }: Table): ReadonlySet<string> => new Set([...indexes.map(({ id }) => id), ...(ttl ? [ttl.id] : [])]);
  const [were, are] = [partsOf(before), partsOf(after)];
  for (const part of are) if (!were.has(part)) writes.push(choreWrite({ kind: "build", account: after.account, region: after.region, table: after.name, tableId: after.id, part }));
  for (const part of were) if (!are.has(part)) writes.push(choreWrite({ kind: "drop", tableId: after.id, part }));
  if (before.ttl?.id !== after.ttl?.id) writes.push(after.ttl ? expiringWrite(after) : del(expiringKey(after.id)));
  if (before.stream?.label !== after.stream?.label) writes.push(...endStream(before, stream, nowMs), ...beginStream(after, nowMs));
  return writes;
}
