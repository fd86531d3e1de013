// The tables on record, remembered between requests: the hot path of an item asks the store for nothing but the item.
import { placeName } from "../../kernel/place-name.ts";
import { set, transact, unchanged, type Change, type Entry, type Store, type Write } from "../../ports/store.ts";
import { allTables, tableKey, tablesOf } from "./keys.ts";
import type { Scope, Table } from "./table.ts";

export interface Catalog {
  find(scope: Scope, name: string): Promise<Table | undefined>;
  /** In order of names, those after `after`. */
  list(scope: Scope, after: string | undefined, limit: number): Promise<readonly Table[]>;
  /** False when there is one of this name already. */
  create(table: Table, also: (table: Table) => readonly Write[]): Promise<boolean>;
  /** Replaces the record by what `next` makes of it, together with further writes; undefined when there is no such table. */
  change(scope: Scope, name: string, next: (table: Table) => { readonly table: Table; readonly also?: readonly Write[] }): Promise<Table | undefined>;
  /** The table with the version that a commit checks. */
  entry(scope: Scope, name: string): Promise<Entry<Table> | undefined>;
  close(): void;
}

/** Ours: records remembered; beyond, the oldest are read again. */
const REMEMBERED_MAX = 2000;

export function openCatalog(store: Store): Catalog {
  const remembered = new Map<string, Entry<Table>>();
  const nameOf = ({ account, region }: Scope, name: string): string => placeName({ account, region, name });
  const unwatch = store.watch(allTables, ([, , account, region, name]) => void remembered.delete(`${account}/${region}/${name}`));

  const entry = async (scope: Scope, name: string): Promise<Entry<Table> | undefined> => {
    const known = remembered.get(nameOf(scope, name));
    if (known) return known;
    const found = await store.get<Table>(tableKey(scope, name));
    if (!found) return undefined;
    if (remembered.size >= REMEMBERED_MAX) for (const [oldest] of [...remembered].slice(0, 1)) remembered.delete(oldest);
    remembered.set(nameOf(scope, name), found);
    return found;
  };

  return {
    entry,
    find: async (scope, name) => (await entry(scope, name))?.value,
    list: async (scope, after, limit) => {
      const page = await store.list<Table>({ prefix: tablesOf(scope), ...(after === undefined ? {} : { after: tableKey(scope, after) }), limit });
      return page.map(({ value }) => value);
    },
    create: async (table, also) => {
      const key = tableKey(table, table.name);
      return (await store.commit([{ key, version: null }], [set(key, table), ...also(table)])).ok;
    },
    change: (scope, name, next) => {
      const key = tableKey(scope, name);
      return transact(store, async (): Promise<Change<Table | undefined>> => {
        const found = await store.get<Table>(key);
        if (!found) return { checks: [], writes: [], result: undefined };
        const { table, also = [] } = next(found.value);
        return { checks: [unchanged(key, found)], writes: [set(key, table), ...also], result: table };
      });
    },
    close: unwatch,
  };
}
