// How many items a table and its indexes hold and how large they are: counted in memory as they change, saved when the server stops.
import { setImmediate } from "node:timers/promises";
import { set, type Key, type Store, type Write } from "../../ports/store.ts";
import { itemBytes } from "./attribute-value.ts";
import { countsKey, entriesOf, itemsOf } from "./keys.ts";
import { unpackItem, type Packed } from "./packing.ts";
import type { Deltas } from "./plan-writes.ts";
import type { Table } from "./table.ts";

export interface Count {
  readonly items: number;
  readonly bytes: number;
}

export interface Counts {
  /** What belongs into a table's first commit of this process: from now on the saved figures are out of date. */
  opening(table: Table): Promise<readonly Write[]>;
  add(tableId: string, deltas: Deltas): void;
  /** Of the table under "", of each index under its id. After a crash the table is counted anew, which takes time. */
  of(table: Table): Promise<ReadonlyMap<string, Count>>;
  /** Counts an index anew, for one that was built. */
  recount(tableId: string, indexId: string): Promise<void>;
  forget(tableId: string): void;
  /** Items came that nobody counted: the next look counts all. */
  forgetExact(tableId: string): Promise<void>;
  save(): Promise<void>;
}

interface Saved {
  readonly parts: Readonly<Record<string, Count>>;
  /** False while somebody changes the table: after a crash the figures are worth nothing. */
  readonly exact: boolean;
}

interface Kept {
  readonly parts: Map<string, Count>;
  exact: boolean;
  changed: boolean;
}

/** Ours: items can be 400 KB each. */
const PAGE = 200;
const nothing: Count = { items: 0, bytes: 0 };

export function openCounts(store: Store): Counts {
  const kept = new Map<string, Kept>();

  const load = async (tableId: string): Promise<Kept> => {
    const known = kept.get(tableId);
    if (known) return known;
    const saved = (await store.get<Saved>(countsKey(tableId)))?.value;
    const fresh = kept.get(tableId) ?? { parts: new Map(Object.entries(saved?.parts ?? {})), exact: saved?.exact ?? true, changed: false };
    kept.set(tableId, fresh);
    return fresh;
  };

  const countAll = async (prefix: Key): Promise<Count> => {
    let count = nothing;
    for (let after: Key | undefined; ; ) {
      const page = await store.list<Packed>({ prefix, ...(after ? { after } : {}), limit: PAGE });
      for (const { value } of page) count = { items: count.items + 1, bytes: count.bytes + itemBytes(unpackItem(value)) };
      after = page.at(-1)?.key;
      if (page.length < PAGE) return count;
      // Reads end before the event loop turns; others want their turn too.
      await setImmediate();
    }
  };

  return {
    opening: async ({ id }) => {
      const table = kept.get(id) ?? (await load(id));
      if (table.changed) return [];
      return [set(countsKey(id), { parts: {}, exact: false } satisfies Saved)];
    },
    add: (tableId, deltas) => {
      const table = kept.get(tableId);
      if (!table) return;
      table.changed = true;
      for (const [part, { items, bytes }] of deltas) {
        const count = table.parts.get(part) ?? nothing;
        table.parts.set(part, { items: count.items + items, bytes: count.bytes + bytes });
      }
    },
    of: async (table) => {
      const found = await load(table.id);
      if (!found.exact) {
        found.parts.set("", await countAll(itemsOf(table.id)));
        for (const { id } of table.indexes) found.parts.set(id, await countAll(entriesOf(table.id, id)));
        found.exact = true;
        found.changed = true;
      }
      return found.parts;
    },
    recount: async (tableId, indexId) => {
      const table = await load(tableId);
      if (!table.changed) await store.commit([], [set(countsKey(tableId), { parts: {}, exact: false } satisfies Saved)]);
      table.changed = true;
      table.parts.set(indexId, await countAll(entriesOf(tableId, indexId)));
    },
    forget: (tableId) => {
      kept.delete(tableId);
    },
    forgetExact: async (tableId) => {
      await store.commit([], [set(countsKey(tableId), { parts: {}, exact: false } satisfies Saved)]);
      kept.delete(tableId);
    },
    save: async () => {
      const writes = [...kept].filter(([, { changed, exact }]) => changed && exact).map(([id, { parts }]) => set(countsKey(id), { parts: Object.fromEntries(parts), exact: true } satisfies Saved));
      if (writes.length > 0) await store.commit([], writes);
      for (const table of kept.values()) table.changed = false;
    },
  };
}
