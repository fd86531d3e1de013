// What Query, Scan and SELECT have in common: a page of a range, filtered, projected and counted as the original does.
import type * as sdk from "@aws-sdk/client-dynamodb";
import { limits } from "../../kernel/limits.ts";
import { attributeOf, pick, type Item } from "../../triggers/tables/attribute-value.ts";
import type { StoredItem } from "../../triggers/tables/packing.ts";
import type { RangeRead } from "../../triggers/tables/ranges.ts";
import { keyNames, type Index, type Table } from "../../triggers/tables/table.ts";
import { capacityView, onlyTable, readUnits, type Units } from "./capacity.ts";
import { attributesOf, nestedOf, projectItem, type Projection } from "./expressions/project.ts";
import { meets } from "./expressions/evaluate.ts";
import { namesIn, nestedIn, pathsIn, type Condition } from "./expressions/syntax.ts";
import { invalid, invalidParameters } from "./faults.ts";
import { refuseNestedKeys } from "./key-check.ts";
import { sdkItem, wholeItem, type DynamoDbContext } from "./op.ts";
import { readItem } from "./values.ts";

export interface PageRead {
  readonly range: RangeRead;
  readonly filter: Condition | undefined;
  readonly projection: Projection | undefined;
  /** Only the number of items is wanted. */
  readonly countOnly: boolean;
  /** Of a local index: attributes it does not hold are fetched from the table, some only to filter by. */
  readonly fetch: "no" | "to-filter" | "to-show";
  readonly limit: number | undefined;
  readonly consistent: boolean;
}

export interface Page {
  readonly items: readonly Record<string, sdk.AttributeValue>[];
  readonly count: number;
  readonly scanned: number;
  /** Where the next page begins, behind this; undefined at the end. */
  readonly last: Item | undefined;
  readonly units: () => Units;
}

/** Up to a megabyte of items, or up to the limit, before the filter. */
export async function readPage(context: DynamoDbContext, { range, filter, projection, countOnly, fetch, limit, consistent }: PageRead): Promise<Page> {
  const { table, index } = range;
  const items: Record<string, sdk.AttributeValue>[] = [];
  const size = openSize();
  let [count, scanned, fetchedUnits] = [0, 0, 0];
  let last: StoredItem | undefined;
  let full = false;
  for await (const page of context.tables.read({ ...range, expected: limit === undefined ? undefined : Math.min(limit, limits.store.listMax) })) {
    for (const found of page) {
      let wanted = found;
      scanned++;
      size.add(found);
      last = found;
      if (fetch !== "no") {
        wanted = (await context.tables.items.stored(table, pick(found.item, keyNames(table.key)))) ?? found;
        fetchedUnits += readUnits(wanted.bytes, consistent);
      }
      if (!filter || meets(filter, wanted.item)) {
        count++;
        if (!countOnly) items.push(projection ? sdkItem(projectItem(wanted.item, projection)) : wholeItem(fetch === "to-filter" ? found : wanted));
      }
      full = scanned === limit || size.reaches(limits.tables.pageBytes);
      if (full) break;
    }
    if (full) break;
  }
  const units = (): Units => {
    const read = readUnits(size.bytes(), consistent);
    return index ? { table: fetchedUnits, indexes: new Map([[index.name, read]]) } : onlyTable(read);
  };
  return { items, count, scanned, last: full && last ? pick(last.item, startNames(table, index)) : undefined, units };
}

/** What items count for together: they are parsed for it only when it matters, as most pages are far from every limit. */
function openSize() {
  let unmeasured: StoredItem[] = [];
  let [measured, unmeasuredMax] = [0, 0];
  const bytes = (): number => {
    for (const each of unmeasured) measured += each.bytes;
    [unmeasured, unmeasuredMax] = [[], 0];
    return measured;
  };
  return {
    bytes,
    add: (item: StoredItem): void => {
      unmeasured.push(item);
      unmeasuredMax += item.bytesMax;
    },
    reaches: (limit: number): boolean => measured + unmeasuredMax >= limit && bytes() >= limit,
  };
}

const startNames = (table: Table, index: Index | undefined): ReadonlySet<string> => new Set([...keyNames(table.key), ...(index ? keyNames(index.key) : [])]);

/** The answer of Query and Scan. */
export const pageView = (table: Table, page: Page, { Select, ReturnConsumedCapacity }: { readonly Select?: string | undefined; readonly ReturnConsumedCapacity?: string | undefined }) => ({
  ...(Select === "COUNT" ? {} : { Items: [...page.items] }),
  Count: page.count,
  ScannedCount: page.scanned,
  LastEvaluatedKey: page.last && sdkItem(page.last),
  ConsumedCapacity: capacityView(ReturnConsumedCapacity, table, page.units),
});

/** ExclusiveStartKey: exactly the keys of the table and of the index that is read. */
export function readStart(table: Table, index: Index | undefined, sent: unknown): Item | undefined {
  if (sent === undefined) return undefined;
  const start = readItem(sent);
  const names = startNames(table, index);
  if (Object.keys(start).length !== names.size) throw invalid(index ? "The provided starting key is invalid" : "Exclusive Start Key must have same size as table's key schema");
  for (const name of names) {
    const type = table.attributes.find((attribute) => attribute.name === name)?.type;
    const value = attributeOf(start, name);
    if (type === undefined || value?.[type] === undefined) throw invalid("The provided starting key is invalid: The provided key element does not match the schema");
  }
  return start;
}

/** What of each item is wanted, by `Select` and a projection, from the table or an index. What an index has to hold to filter by is the caller's to say. */
export function readSelect(table: Table, index: Index | undefined, select: string | undefined, projection: Projection | undefined, filter: Condition | undefined, consistent: boolean): Pick<PageRead, "projection" | "countOnly" | "fetch" | "consistent"> {
  if (consistent && index?.kind === "global") throw invalid("Consistent reads are not supported on global secondary indexes");
  if (projection && select !== undefined && select !== "SPECIFIC_ATTRIBUTES") {
    throw invalid(`Cannot specify the ${projection.legacy ? "AttributesToGet" : "ProjectionExpression"} when choosing to get ${select === "COUNT" ? "only the Count" : select}`);
  }
  if (select === "SPECIFIC_ATTRIBUTES" && !projection) throw invalid("Must specify the AttributesToGet or ProjectionExpression when choosing to get SPECIFIC_ATTRIBUTES");
  if (select === "ALL_PROJECTED_ATTRIBUTES" && !index) throw invalidParameters("ALL_PROJECTED_ATTRIBUTES can be used only when Querying using an IndexName");
  if (index?.kind === "global" && index.projection !== "ALL") {
    if (select === "ALL_ATTRIBUTES") throw invalidParameters(`Select type ALL_ATTRIBUTES is not supported for global secondary index ${index.name} because its projection type is not ALL`);
    const missing = unprojected(table, index, projection ? attributesOf(projection) : []);
    if (missing.length > 0) throw invalidParameters(`Global secondary index ${index.name} does not project [${missing.join(", ")}]`);
  }
  refuseNestedKeys(table, [...nestedOf(projection), ...(filter ? nestedIn(pathsIn(filter)) : [])]);
  const lacks = (names: readonly string[]): boolean => index?.kind === "local" && unprojected(table, index, names).length > 0;
  const show = projection ? lacks(attributesOf(projection)) : select === "ALL_ATTRIBUTES" && index?.kind === "local" && index.projection !== "ALL";
  const fetch = show ? "to-show" : filter && lacks(namesIn(filter)) ? "to-filter" : "no";
  return { projection, countOnly: select === "COUNT", fetch, consistent };
}

/** Those of the attributes that entries of the index do not have. */
function unprojected(table: Table, index: Index, names: readonly string[]): readonly string[] {
  if (index.projection === "ALL") return [];
  const held = new Set([...keyNames(table.key), ...keyNames(index.key), ...index.include]);
  return [...new Set(names)].filter((name) => !held.has(name));
}

/** Where a key is given, a filter can not look at what an index does not hold; where none is, it finds nothing there. */
export function requireFilterable(table: Table, index: Index, filter: Condition): void {
  const missing = unprojected(table, index, namesIn(filter));
  if (missing.length > 0) throw invalidParameters(`Secondary index ${index.name} does not project one or more filter attributes: [${missing.join(", ")}]`);
}
