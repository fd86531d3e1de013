// Lists in pages: a marker says where the next page begins, and means nothing to whoever carries it.
import { limits } from "../../kernel/limits.ts";
import { invalid } from "./faults.ts";

/** AWS: `MaxItems` of most lists. */
const PAGE_MAX = 50;

export const pageSize = (asked: number | undefined): number => Math.min(asked ?? PAGE_MAX, PAGE_MAX, limits.store.listMax);

export const markerOf = (place: string): string => Buffer.from(place).toString("base64url");

/** The place a marker names; a Fault when it does not look like one of this list's. */
export function placeIn(marker: string | undefined, form: RegExp): string | undefined {
  if (!marker) return undefined;
  const place = Buffer.from(marker, "base64url").toString();
  if (!form.test(place)) throw invalid("The Marker is not one of this list.");
  return place;
}

/** A page of what is in memory as a whole, sorted by `nameOf`. */
export function pageOf<T>(all: readonly T[], nameOf: (item: T) => string, asked: { readonly Marker?: string | undefined; readonly MaxItems?: number | undefined }): { readonly page: readonly T[]; readonly NextMarker?: string } {
  const after = placeIn(asked.Marker, /^[a-zA-Z0-9-_$:./]+$/);
  const rest = after === undefined ? all : all.filter((item) => nameOf(item) > after);
  const page = rest.slice(0, pageSize(asked.MaxItems));
  const last = page.at(-1);
  return { page, ...(last !== undefined && page.length < rest.length ? { NextMarker: markerOf(nameOf(last)) } : {}) };
}
