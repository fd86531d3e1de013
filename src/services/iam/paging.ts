// Lists in pages: Marker, MaxItems and IsTruncated, the same for every list of IAM.
import { fault } from "../../kernel/fault.ts";
import { limits } from "../../kernel/limits.ts";
import type { Key, Store } from "../../ports/store.ts";

/** AWS: page size when MaxItems is absent. */
const PAGE = 100;

export interface PageRequest {
  readonly Marker?: string | undefined;
  readonly MaxItems?: number | undefined;
}

interface Page<T> {
  readonly items: T[];
  readonly rest: { readonly IsTruncated: boolean; readonly Marker?: string };
}

/** A page of a list in memory; the marker is the name of the last item given. */
export function pageOf<T>(items: readonly T[], nameOf: (item: T) => string, { Marker, MaxItems = PAGE }: PageRequest): Page<T> {
  const after = Marker === undefined ? undefined : decode(Marker);
  const start = after === undefined ? 0 : items.findIndex((item) => nameOf(item) === after) + 1;
  return cut(items.slice(start, start + MaxItems + 1), nameOf, MaxItems);
}

/** A page of stored records below `prefix`, which are kept by name. */
export async function pageOfStored<T extends { readonly name: string }>(store: Pick<Store, "list">, prefix: Key, wanted: (item: T) => boolean, { Marker, MaxItems = PAGE }: PageRequest): Promise<Page<T>> {
  const found: T[] = [];
  let after: Key | undefined = Marker === undefined ? undefined : [...prefix, decode(Marker).toLowerCase()];
  while (found.length <= MaxItems) {
    const page = await store.list<T>({ prefix, after, limit: limits.store.listMax });
    for (const { value } of page) if (wanted(value)) found.push(value);
    after = page.at(-1)?.key;
    if (page.length < limits.store.listMax) break;
  }
  return cut(found, ({ name }) => name, MaxItems);
}

function cut<T>(items: readonly T[], nameOf: (item: T) => string, max: number): Page<T> {
  const page = items.slice(0, max);
  const last = page.at(-1);
  if (items.length <= max || last === undefined) return { items: page, rest: { IsTruncated: false } };
  return { items: page, rest: { IsTruncated: true, Marker: Buffer.from(nameOf(last)).toString("base64url") } };
}

function decode(marker: string): string {
  const name = Buffer.from(marker, "base64url").toString();
  if (name === "") throw fault("ValidationError", { message: "Invalid Marker.", status: 400 });
  return name;
}
