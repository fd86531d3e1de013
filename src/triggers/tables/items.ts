// Items read by key and changed by decision: read, decide, commit, and again when somebody else was faster.
import type { Turns } from "../../kernel/turns.ts";
import { unchanged, type Check, type Entry, type Store, type Write } from "../../ports/store.ts";
import { equalItems, type Item } from "./attribute-value.ts";
import type { Catalog } from "./catalog.ts";
import type { Counts } from "./counts.ts";
import { itemKey, tableKey } from "./keys.ts";
import { StoredItem, unpackItem, type Packed } from "./packing.ts";
import { planWrites, type Deltas } from "./plan-writes.ts";
import type { ItemKey, Table } from "./table.ts";

export interface Target {
  readonly table: Table;
  readonly key: ItemKey;
}

/** An item as it stood, and the table as it is now: its indexes may be others than when the request was read. */
export interface Before {
  readonly table: Table;
  readonly item: Item | undefined;
}

export interface Outcome<T> {
  /** What becomes of each target, in their order; `keep`: nothing, but it must not change under our feet. */
  readonly after: readonly (Item | undefined | "keep")[];
  readonly result: T;
  /** What else belongs into the commit. */
  readonly checks?: readonly Check[];
  readonly writes?: readonly Write[];
}

export interface Items {
  get(table: Table, key: ItemKey): Promise<Item | undefined>;
  /** For who may only pass it on. */
  stored(table: Table, key: ItemKey): Promise<StoredItem | undefined>;
  /**
   * Changes items, all or nothing, with their index entries and stream records. `decide` may throw a fault, and is asked again when the
   * items or their tables changed meanwhile. Each item appears at most once. Throws TableGone when a table does not exist (any more).
   */
  change<T>(targets: readonly Target[], decide: (before: readonly Before[]) => Outcome<T> | Promise<Outcome<T>>, options?: { readonly expired?: boolean }): Promise<T>;
}

/** The table was deleted while the request was under way. */
export class TableGone extends Error {
  override readonly name = "TableGone";
}

/** Ours: as in `transact`. */
const ATTEMPTS_MAX = 50;

export interface ItemsDeps {
  readonly store: Store;
  readonly catalog: Catalog;
  readonly turns: Turns;
  readonly counts: Counts;
}

export function openItems({ store, catalog, turns, counts }: ItemsDeps): Items {
  const attempt = async <T>(targets: readonly Target[], decide: Parameters<Items["change"]>[1], expired: boolean): Promise<{ readonly result: T } | undefined> => {
    const checks: Check[] = [];
    const before: Before[] = [];
    const found: (Entry<Packed> | undefined)[] = [];
    const tables = new Set<string>();
    for (const { table: known, key } of targets) {
      const entry = await catalog.entry(known, known.name);
      if (entry?.value.id !== known.id) throw new TableGone("the table is not there any more");
      if (!tables.has(known.id)) checks.push(unchanged(tableKey(known, known.name), entry));
      tables.add(known.id);
      const item = await store.get<Packed>(itemKey(entry.value, key));
      found.push(item);
      before.push({ table: entry.value, item: item && unpackItem(item.value) });
    }
    const outcome = (await decide(before)) as Outcome<T>;
    const writes: Write[] = [...(outcome.writes ?? [])];
    const deltas: { readonly table: Table; readonly deltas: Deltas }[] = [];
    targets.forEach(({ key }, at) => {
      const [after, was] = [outcome.after[at], before[at]];
      if (!was) return;
      checks.push(unchanged(itemKey(was.table, key), found[at]));
      if (after === "keep" || (after === undefined && was.item === undefined) || (after && was.item && equalItems(after, was.item))) return;
      const plan = planWrites({ table: was.table, before: was.item, after, expired });
      writes.push(...plan.writes);
      deltas.push({ table: was.table, deltas: plan.deltas });
    });
    if (writes.length === 0) return outcome;
    for (const { table } of deltas) writes.push(...(await counts.opening(table)));
    const commit = await store.commit([...checks, ...(outcome.checks ?? [])], writes);
    if (!commit.ok) return undefined;
    for (const { table, deltas: changed } of deltas) counts.add(table.id, changed);
    return outcome;
  };

  const stored = async (table: Table, key: ItemKey): Promise<StoredItem | undefined> => {
    const text = await store.text(itemKey(table, key));
    return typeof text === "string" ? new StoredItem(text) : undefined;
  };
  return {
    stored,
    get: async (table, key) => (await stored(table, key))?.item,
    change: <T>(targets: readonly Target[], decide: Parameters<Items["change"]>[1], { expired = false } = {}) =>
      turns.take(targets.map(({ table, key }) => itemKey(table, key).join("\0")), async (): Promise<T> => {
        for (let tried = 0; tried < ATTEMPTS_MAX; tried++) {
          const done = await attempt<T>(targets, decide, expired);
          if (done) return done.result;
        }
        throw new Error(`changing items conflicted ${ATTEMPTS_MAX} times in a row`);
      }),
  };
}
