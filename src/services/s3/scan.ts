// Walks the keys of a bucket in UTF-8 order, rolling up what shares a delimiter: it seeks past a common prefix instead of reading it.
import { limits } from "../../kernel/limits.ts";
import type { Entry, Key, Store } from "../../ports/store.ts";
import { compareKeys, successor } from "./prefixes.ts";

export interface ScanOptions {
  readonly prefix: string;
  /** Empty: nothing is rolled up. */
  readonly delimiter: string;
  /** First store key wanted, inclusive. */
  readonly from?: Key;
  /** Like `from`, exclusive. */
  readonly after?: Key;
  /** About how many items will be wanted; sizes the reads. */
  readonly expected: number;
}

/** `name` is the object key or the common prefix. */
export type Scanned<T> = { readonly name: string; readonly entry: Entry<T> } | { readonly name: string; readonly entry: undefined };

/** Ours: entries per read when prefixes are rolled up, for any of them may make the rest of a read useless. */
const ROLLING_READ = 128;

/** The part of `key` up to the first delimiter behind the prefix; undefined when there is none. */
export function commonPrefix(key: string, prefix: string, delimiter: string): string | undefined {
  if (delimiter === "" || !key.startsWith(prefix)) return undefined;
  const at = key.indexOf(delimiter, prefix.length);
  return at < 0 ? undefined : key.slice(0, at + delimiter.length);
}

/** The first store key of `space` that can hold a name greater than `name`. NUL is in no name. */
const beyond = (space: Key, name: string): Key => [...space, `${name}\0`];

/** Where a listing that showed everything up to `marker` goes on: a marker inside a common prefix has shown that prefix. */
export function startAfter(space: Key, marker: string, { prefix, delimiter }: Pick<ScanOptions, "prefix" | "delimiter">): Key | undefined {
  const rolled = commonPrefix(marker, prefix, delimiter);
  if (rolled === undefined) return beyond(space, marker);
  const next = successor(rolled);
  return next === undefined ? undefined : [...space, next];
}

/** Yields names below `space` in order; several entries of one name (versions) follow each other as stored. */
export async function* scan<T>(store: Pick<Store, "list">, space: Key, options: ScanOptions): AsyncGenerator<Scanned<T>> {
  const { prefix, delimiter } = options;
  const end = successor(prefix);
  const before = end === undefined ? undefined : [...space, end];
  const limit = Math.min(delimiter === "" ? options.expected + 1 : ROLLING_READ, limits.store.listMax);
  let { from, after } = laterStart(space, options);
  for (;;) {
    const page = await store.list<T>({ prefix: space, from, after, before, limit });
    from = undefined;
    after = page.at(-1)?.key;
    let rolled: string | undefined;
    for (const entry of page) {
      const name = String(entry.key[space.length]);
      if (rolled !== undefined && name.startsWith(rolled)) continue;
      rolled = commonPrefix(name, prefix, delimiter);
      yield rolled === undefined ? { name, entry } : { name: rolled, entry: undefined };
    }
    if (page.length < limit) return;
    if (rolled === undefined) continue;
    const next = successor(rolled);
    if (next === undefined) return;
    from = [...space, next];
    after = undefined;
  }
}

/** The later of where the prefix begins and where the caller wants to begin. */
function laterStart(space: Key, { prefix, from, after }: ScanOptions): { from?: Key; after?: Key } {
  const wanted = from ?? after;
  if (wanted === undefined || compareKeys(String(wanted[space.length]), prefix) < 0) return { from: [...space, prefix] };
  return from ? { from } : { after };
}
