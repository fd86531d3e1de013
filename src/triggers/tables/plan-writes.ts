// What changing one item means for the store: the item, its entries in every index, its expiry and its stream record, in one list of writes.
import { append, del, set, type Key, type Write } from "../../ports/store.ts";
import { equalItems, itemBytes, pick, type Item } from "./attribute-value.ts";
import { entryKey, expiryKey, itemKey } from "./keys.ts";
import { packItem } from "./packing.ts";
import { streamRecord, streamName } from "./stream-records.ts";
import { keyNames, type Index, type ItemChange, type Table } from "./table.ts";

/** How a change counts: for the table under "", for each index under its id. */
export type Deltas = ReadonlyMap<string, { readonly items: number; readonly bytes: number }>;

/** The writes of a change that is one: `before` and `after` differ. */
export function planWrites(change: ItemChange): { readonly writes: readonly Write[]; readonly deltas: Deltas } {
  const { table, before, after } = change;
  const writes: Write[] = [];
  const deltas = new Map<string, { readonly items: number; readonly bytes: number }>();
  const some = after ?? before;
  if (!some) return { writes, deltas };
  writes.push(after ? set(itemKey(table, after), packItem(after)) : del(itemKey(table, some)));
  deltas.set("", difference(before, after));
  for (const index of table.indexes) {
    const [was, is] = [entryOf(table, index, before), entryOf(table, index, after)];
    if (was && is && sameKey(was.key, is.key) && equalItems(was.item, is.item)) continue;
    if (was && !(is && sameKey(was.key, is.key))) writes.push(del(was.key));
    if (is) writes.push(set(is.key, packItem(is.item)));
    if (was || is) deltas.set(index.id, difference(was?.item, is?.item));
  }
  if (table.ttl) {
    const [was, is] = [before && expiryKey(table, before), after && expiryKey(table, after)];
    if (was && !(is && sameKey(was, is))) writes.push(del(was));
    if (is && !(was && sameKey(was, is))) writes.push(set(is, packItem(pick(some, keyNames(table.key)))));
  }
  if (table.stream) writes.push(append(streamName(table.id, table.stream.label), streamRecord(change, table.stream.view)));
  return { writes, deltas };
}

/** The entry of an item in an index, if it has one. */
export function entryOf(table: Table, index: Index, item: Item | undefined): { readonly key: Key; readonly item: Item } | undefined {
  const key = item && entryKey(table, index, item);
  return key && { key, item: project(table, index, item) };
}

/** What an index holds of an item. */
function project(table: Table, index: Index, item: Item): Item {
  return index.projection === "ALL" ? item : pick(item, new Set([...keyNames(table.key), ...keyNames(index.key), ...index.include]));
}

const difference = (before: Item | undefined, after: Item | undefined) => ({
  items: (after ? 1 : 0) - (before ? 1 : 0),
  bytes: (after ? itemBytes(after) : 0) - (before ? itemBytes(before) : 0),
});

const sameKey = (a: Key, b: Key): boolean => a.length === b.length && a.every((part, at) => part === b[at]);
