// Items and index entries in order: a query is one hash key's range, a scan is a share of all hash keys; both come in pages.
import { limits } from "../../kernel/limits.ts";
import type { Key, Range, Store } from "../../ports/store.ts";
import type { AttributeValue, Item } from "./attribute-value.ts";
import { entriesOf, entryKey, hashPart, itemKey, itemsOf, orderedText, shareEnds, type Share } from "./keys.ts";
import { StoredItem } from "./packing.ts";
import type { Index, Table } from "./table.ts";

/** Which range keys are wanted: both ends optional. */
export interface RangeBounds {
  readonly from?: { readonly value: AttributeValue; readonly inclusive: boolean };
  readonly to?: { readonly value: AttributeValue; readonly inclusive: boolean };
  /** Of strings and bytes: those that begin so. */
  readonly prefix?: AttributeValue;
}

export interface RangeRead {
  readonly table: Table;
  readonly index?: Index | undefined;
  /** The items of one hash key; all when absent. */
  readonly hash?: { readonly value: AttributeValue; readonly range: RangeBounds } | undefined;
  readonly share?: Share | undefined;
  /** Goes on behind the item with these key attributes (of table and index), which need not exist. */
  readonly after?: Item | undefined;
  readonly reverse?: boolean | undefined;
  /** How many the reader expects to take at most. */
  readonly expected?: number | undefined;
}

/** Ours: entries of the first page; they can be 400 KB each, and most reads are short. */
const FIRST_PAGE = 64;
/** Ours: about how much of the later pages. */
const PAGE_BYTES = 1024 * 1024;

/** The items in pages, of an index as it holds them; what the reader does not take is not read, beyond a page. */
export async function* readRange(store: Store, read: RangeRead): AsyncGenerator<readonly StoredItem[]> {
  const bounds = boundsOf(read);
  if (!bounds) return;
  let { after, before } = bounds;
  let limit = Math.max(1, Math.min(read.expected ?? FIRST_PAGE, 2 * FIRST_PAGE));
  let [items, characters] = [0, 0];
  for (;;) {
    const page = await store.texts({ prefix: bounds.prefix, ...present({ from: bounds.from, after, before }), limit, reverse: read.reverse === true });
    const found = page.map((text) => new StoredItem(String(text)));
    yield found;
    const last = found.at(-1);
    if (!last || page.length < limit) return;
    const key = keyOf(read, last.item);
    if (read.reverse) before = key;
    else after = key;
    for (const each of found) characters += each.characters;
    items += found.length;
    limit = Math.min(limits.store.listMax, Math.max(1, Math.ceil(PAGE_BYTES / (characters / items))));
  }
}

/** Where the item stands in what is read: an entry of an index holds the table's key attributes and the index's. */
const keyOf = ({ table, index }: RangeRead, item: Item): Key | undefined => (index ? entryKey(table, index, item) : itemKey(table, item));

const present = <T extends object>(members: T): { [K in keyof T]: NonNullable<T[K]> } =>
  Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as { [K in keyof T]: NonNullable<T[K]> };

type Bounds = Pick<Range, "prefix" | "from" | "after" | "before">;

/** Undefined when nothing can lie between the bounds. */
function boundsOf(read: RangeRead): Bounds | undefined {
  const { table, index, hash, share, after, reverse } = read;
  const all = index ? entriesOf(table.id, index.id) : itemsOf(table.id);
  const bounds = hash ? rangeBounds([...all, hashPart(hash.value)], hash.range) : shareBounds(all, share);
  const start = after && keyOf(read, after);
  if (start === undefined) return bounds;
  // The start lies within the bounds (its maker checked), so it takes the place of the bound on its side.
  return reverse ? { ...bounds, before: start } : { ...bounds, after: start };
}

function shareBounds(all: Key, share: RangeRead["share"]): Bounds {
  if (!share) return { prefix: all };
  const { from, before } = shareEnds(share);
  return { prefix: all, from: [...all, from], ...(before === undefined ? {} : { before: [...all, before] }) };
}

/** Keys of an index go on behind the range key, so that an end that belongs to the range is behind all that begin with it. */
function rangeBounds(prefix: Key, { from, to, prefix: begin }: RangeBounds): Bounds {
  const past = (value: AttributeValue): Key => [...prefix, `${orderedText(value)}\u0000`];
  if (begin) {
    const text = orderedText(begin);
    const end = successor(text);
    return { prefix, from: [...prefix, text], ...(end === undefined ? {} : { before: [...prefix, end] }) };
  }
  return {
    prefix,
    ...(from ? { from: from.inclusive ? [...prefix, orderedText(from.value)] : past(from.value) } : {}),
    ...(to ? { before: to.inclusive ? past(to.value) : [...prefix, orderedText(to.value)] } : {}),
  };
}

/** The least text behind all that begin with this one; undefined when there is none. */
function successor(text: string): string | undefined {
  const points = [...text];
  for (let last = points.pop(); last !== undefined; last = points.pop()) {
    const code = last.codePointAt(0) ?? 0;
    if (code < 0x10ffff) return points.join("") + String.fromCodePoint(code === 0xd7ff ? 0xe000 : code + 1);
  }
  return undefined;
}
