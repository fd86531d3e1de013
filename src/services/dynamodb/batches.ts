// What batches and transactions have in common: their items by table, each at most once.
import type { Item } from "../../triggers/tables/attribute-value.ts";
import { itemKey } from "../../triggers/tables/keys.ts";
import type { Table } from "../../triggers/tables/table.ts";
import { addUnits, capacityView, type Units } from "./capacity.ts";

/** Names an item among all tables, to notice the second mention of one. */
const nameOfItem = ({ table, key }: { readonly table: Table; readonly key: Item }): string => JSON.stringify(itemKey(table, key));

/** Whether two of them are one item. */
export function mentionsTwice(items: readonly { readonly table: Table; readonly key: Item }[]): boolean {
  return new Set(items.map(nameOfItem)).size < items.length;
}

/** Consumed units summed up by table, in the order of the tables' first mention. */
export class UnitsByTable {
  readonly #tables = new Map<string, { readonly table: Table; readonly units: Units }>();

  add(table: Table, units: Units): void {
    this.#tables.set(table.id, { table, units: addUnits(this.#tables.get(table.id)?.units, units) });
  }

  view(wanted: string | undefined, kind?: "read" | "write") {
    if (wanted !== "TOTAL" && wanted !== "INDEXES") return undefined;
    return [...this.#tables.values()].flatMap(({ table, units }) => capacityView(wanted, table, () => units, kind) ?? []);
  }
}
