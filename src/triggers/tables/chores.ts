// What tables leave to be done in the background: entries for new indexes, the remains of what was deleted, items whose time has come.
import { del, set, unchanged, type Check, type Entry, type Key, type Store, type Write } from "../../ports/store.ts";
import { pick, type Item } from "./attribute-value.ts";
import type { Catalog } from "./catalog.ts";
import type { Counts } from "./counts.ts";
import { allEntriesOf, choreKey, countsKey, entriesOf, expiring, expiringKey, expiryKey, expiresAtSeconds, itemKey, itemsOf, tokens } from "./keys.ts";
import { TableGone, type Items } from "./items.ts";
import { packItem, unpackItem, type Packed } from "./packing.ts";
import { entryOf } from "./plan-writes.ts";
import { keyNames, type Scope, type Table } from "./table.ts";

/** `restore`: the items of a backup, into a table that is made from it. `build`: an index (or the order of expiry) of a table that has items. `drop`: everything below these ids. */
export type Chore =
  | (Scope & { readonly kind: "build"; readonly table: string; readonly tableId: string; readonly part: string })
  | (Scope & { readonly kind: "restore"; readonly table: string; readonly tableId: string; readonly part: string; readonly from: string })
  | { readonly kind: "drop"; readonly tableId: string; readonly part: string | undefined };

export interface ChoresDeps {
  readonly store: Store;
  readonly catalog: Catalog;
  readonly items: Items;
  readonly counts: Counts;
}

/** Ours: values are read to be deleted, and can be 400 KB each. */
const PAGE = 100;

export const choreWrite = (chore: Chore): Write => set(choreKey(chore.tableId, chore.part ?? ""), chore);

/** The writes that leave nothing of a deleted table but work for the background. */
export const dropTableWrites = ({ id }: Table): readonly Write[] => [choreWrite({ kind: "drop", tableId: id, part: undefined }), del(expiringKey(id)), del(countsKey(id))];

/** Does one chore to its end; safe to interrupt anywhere and to do again. */
export async function doChore(deps: ChoresDeps, chore: Chore, cancelled: () => boolean): Promise<void> {
  if (chore.kind === "build") await build(deps, chore, cancelled);
  else if (chore.kind === "restore") await restore(deps, chore, cancelled);
  else for (const prefix of chore.part === undefined ? [itemsOf(chore.tableId), allEntriesOf(chore.tableId)] : [entriesOf(chore.tableId, chore.part)]) await removeAll(deps.store, prefix, cancelled);
  if (!cancelled()) await deps.store.commit([], [del(choreKey(chore.tableId, chore.part ?? ""))]);
}

async function removeAll(store: Store, prefix: Key, cancelled: () => boolean): Promise<void> {
  while (!cancelled()) {
    const page = await store.list({ prefix, limit: PAGE });
    if (page.length > 0) await store.commit([], page.map(({ key }) => del(key)));
    if (page.length < PAGE) return;
  }
}

async function build(deps: ChoresDeps, chore: Extract<Chore, { kind: "build" }>, cancelled: () => boolean): Promise<void> {
  const { store, catalog, counts } = deps;
  const current = async (): Promise<Table | undefined> => {
    const table = await catalog.find(chore, chore.table);
    return table?.id === chore.tableId ? table : undefined;
  };
  for (let after: Key | undefined; ; ) {
    const table = await current();
    if (!table || cancelled()) return;
    const page = await store.list<Packed>({ prefix: itemsOf(table.id), ...(after ? { after } : {}), limit: PAGE });
    if (!(await writeEntries(store, table, chore.part, page))) continue;
    after = page.at(-1)?.key;
    if (page.length < PAGE) break;
  }
  await counts.recount(chore.tableId, chore.part);
  await catalog.change(chore, chore.table, (table) => ({ table: table.id === chore.tableId ? activated(table, chore.part) : table }));
}

async function restore({ store, catalog, counts }: ChoresDeps, chore: Extract<Chore, { kind: "restore" }>, cancelled: () => boolean): Promise<void> {
  for (let after: Key | undefined; ; ) {
    const table = await catalog.find(chore, chore.table);
    if (table?.id !== chore.tableId || cancelled()) return;
    const page = await store.list<Packed>({ prefix: itemsOf(chore.from), ...(after ? { after } : {}), limit: PAGE });
    const parts = [...table.indexes.map(({ id }) => id), ...(table.ttl ? [table.ttl.id] : [])];
    const writes = page.flatMap(({ value }) => {
      const item = unpackItem(value);
      return [set(itemKey(table, item), value), ...parts.flatMap((part) => entryWrite(table, part, item) ?? [])];
    });
    if (writes.length > 0) await store.commit([], writes);
    after = page.at(-1)?.key;
    if (page.length < PAGE) break;
  }
  await counts.forgetExact(chore.tableId);
  await catalog.change(chore, chore.table, (table) => ({ table: table.id === chore.tableId ? { ...table, restoring: undefined } : table }));
}

/** All entries of the page, or, when an item changed meanwhile, none: whoever changed it has written its entry. */
async function writeEntries(store: Store, table: Table, part: string, page: readonly Entry<Packed>[]): Promise<boolean> {
  const checks: Check[] = [];
  const writes: Write[] = [];
  for (const entry of page) {
    const write = entryWrite(table, part, unpackItem(entry.value));
    if (!write) continue;
    writes.push(write);
    checks.push(unchanged(entry.key, entry));
  }
  return writes.length === 0 || (await store.commit(checks, writes)).ok;
}

function entryWrite(table: Table, part: string, item: Item): Write | undefined {
  if (table.ttl?.id === part) {
    const key = expiryKey(table, item);
    return key && set(key, packItem(pick(item, keyNames(table.key))));
  }
  const index = table.indexes.find(({ id }) => id === part);
  const entry = index && entryOf(table, index, item);
  return entry && set(entry.key, packItem(entry.item));
}

const activated = (table: Table, part: string): Table => ({
  ...table,
  indexes: table.indexes.map((index) => (index.id === part ? { ...index, state: "active" } : index)),
  ...(table.ttl?.id === part ? { ttl: { ...table.ttl, state: "active" } } : {}),
});

/** AWS: what expired longer ago is left alone. */
const EXPIRED_YEARS_MAX = 5;
const YEAR_SECONDS = 365 * 86_400;

/** Deletes items whose time has come. */
export async function expireItems(deps: ChoresDeps, nowMs: number): Promise<void> {
  for (let after: Key | undefined; ; ) {
    const page = await deps.store.list<Scope & { readonly name: string }>({ prefix: expiring, ...(after ? { after } : {}), limit: PAGE });
    for (const { value } of page) {
      const table = await deps.catalog.find(value, value.name);
      if (table?.ttl) await expireOf(deps, table, table.ttl.id, nowMs / 1000);
    }
    after = page.at(-1)?.key;
    if (page.length < PAGE) return;
  }
}

async function expireOf({ store, items }: ChoresDeps, table: Table, ttlId: string, nowSeconds: number): Promise<void> {
  const ancient = nowSeconds - EXPIRED_YEARS_MAX * YEAR_SECONDS;
  const due = (seconds: number | undefined): boolean => seconds !== undefined && seconds < nowSeconds && seconds > ancient;
  const prefix = entriesOf(table.id, ttlId);
  for (let after: Key = [...prefix, ancient]; ; ) {
    const page = await store.list<Packed>({ prefix, after, before: [...prefix, nowSeconds], limit: PAGE });
    await Promise.all(page.map((entry) => items.change([{ table, key: unpackItem(entry.value) }], ([before]) => {
      const over = before?.item !== undefined && due(expiresAtSeconds(before.table, before.item));
      return { after: [over ? undefined : "keep"], result: undefined };
    }, { expired: true }).catch((error: unknown) => {
      // Whoever deleted the table took the items along.
      if (!(error instanceof TableGone)) throw error;
    })));
    if (page.length < PAGE) return;
    after = page.at(-1)?.key ?? after;
  }
}

/** Forgets the tokens of transactions that are too old to be sent again. */
export async function forgetTokens(store: Store, nowMs: number): Promise<void> {
  for (let after: Key | undefined; ; ) {
    const page = await store.list<{ readonly untilMs: number }>({ prefix: tokens, ...(after ? { after } : {}), limit: PAGE });
    const old = page.filter(({ value }) => value.untilMs < nowMs);
    if (old.length > 0) await store.commit(old.map((entry) => unchanged(entry.key, entry)), old.map(({ key }) => del(key)));
    after = page.at(-1)?.key;
    if (page.length < PAGE) return;
  }
}
