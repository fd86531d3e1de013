// What a request would have cost: capacity units by the sizes of items, as the original counts them. Nothing is throttled by them.
import type * as sdk from "@aws-sdk/client-dynamodb";
import { itemBytes, type Item } from "../../triggers/tables/attribute-value.ts";
import { entryOf } from "../../triggers/tables/plan-writes.ts";
import type { Index, Table } from "../../triggers/tables/table.ts";

export interface Units {
  readonly table: number;
  /** By index name. */
  readonly indexes: ReadonlyMap<string, number>;
}

const READ_BYTES = 4096;
const WRITE_BYTES = 1024;

export const readUnits = (bytes: number, consistent: boolean): number => Math.max(1, Math.ceil(bytes / READ_BYTES)) * (consistent ? 1 : 0.5);

const writeUnitsOf = (bytes: number): number => Math.max(1, Math.ceil(bytes / WRITE_BYTES));

/** Of one item that changed from `before` to `after`, its index entries included. */
export function writeUnits(table: Table, before: Item | undefined, after: Item | undefined, factor = 1): Units {
  const bytes = Math.max(before ? itemBytes(before) : 0, after ? itemBytes(after) : 0);
  const indexes = new Map<string, number>();
  for (const index of table.indexes) {
    const units = entryUnits(table, index, before, after);
    if (units > 0) indexes.set(index.name, units * factor);
  }
  return { table: writeUnitsOf(bytes) * factor, indexes };
}

function entryUnits(table: Table, index: Index, before: Item | undefined, after: Item | undefined): number {
  const [was, is] = [entryOf(table, index, before), entryOf(table, index, after)];
  const [wasBytes, isBytes] = [was ? itemBytes(was.item) : 0, is ? itemBytes(is.item) : 0];
  if (!was || !is) return was || is ? writeUnitsOf(Math.max(wasBytes, isBytes)) : 0;
  const moved = was.key.join("\0") !== is.key.join("\0");
  if (moved) return writeUnitsOf(wasBytes) + writeUnitsOf(isBytes);
  return JSON.stringify(was.item) === JSON.stringify(is.item) ? 0 : writeUnitsOf(Math.max(wasBytes, isBytes));
}

export const onlyTable = (table: number): Units => ({ table, indexes: new Map() });

export function addUnits(a: Units | undefined, b: Units): Units {
  const indexes = new Map(a?.indexes);
  for (const [name, units] of b.indexes) indexes.set(name, (indexes.get(name) ?? 0) + units);
  return { table: (a?.table ?? 0) + b.table, indexes };
}

type Wanted = string | undefined;

/** `ConsumedCapacity` as the request wants it; undefined when it does not. Transactions tell reads and writes apart. */
export function capacityView(wanted: Wanted, table: Table, units: () => Units, kind?: "read" | "write"): sdk.ConsumedCapacity | undefined {
  if (wanted !== "TOTAL" && wanted !== "INDEXES") return undefined;
  const found = units();
  const total = [...found.indexes.values()].reduce((sum, each) => sum + each, found.table);
  const split = (value: number): object => (kind === undefined ? {} : kind === "read" ? { ReadCapacityUnits: value } : { WriteCapacityUnits: value });
  const view = { TableName: table.name, CapacityUnits: total, ...split(total) };
  if (wanted === "TOTAL") return view;
  const indexesOf = (of: Index["kind"]): Record<string, sdk.Capacity> | undefined => {
    const entries = table.indexes.filter(({ kind: each, name }) => each === of && found.indexes.has(name)).map(({ name }) => [name, { CapacityUnits: found.indexes.get(name) ?? 0, ...split(found.indexes.get(name) ?? 0) }] as const);
    return entries.length > 0 ? Object.fromEntries(entries) : undefined;
  };
  return { ...view, Table: { CapacityUnits: found.table, ...split(found.table) }, GlobalSecondaryIndexes: indexesOf("global"), LocalSecondaryIndexes: indexesOf("local") };
}

/** `ItemCollectionMetrics`: only tables with local indexes have item collections, and ours have no limit to estimate. */
export function collectionMetrics(wanted: Wanted, table: Table, key: Item): sdk.ItemCollectionMetrics | undefined {
  if (wanted !== "SIZE" || !table.indexes.some(({ kind }) => kind === "local")) return undefined;
  const value = key[table.key.hash.name];
  return { ItemCollectionKey: { [table.key.hash.name]: value as unknown as sdk.AttributeValue }, SizeEstimateRangeGB: [0, 1] };
}

