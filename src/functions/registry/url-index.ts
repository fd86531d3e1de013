// Finds the function behind an HTTP address: by memory, so that no request waits for storage twice.
import { own } from "../../kernel/own.ts";
import { del, set, type Store, type Write } from "../../ports/store.ts";
import type { FunctionRecord, UrlTarget } from "../function.ts";
import { urlKey, type FunctionName } from "./keys.ts";

/** What is stored under an address's id. */
interface UrlOwner extends FunctionName {
  readonly qualifier: string;
}

interface Known {
  readonly owner: UrlOwner;
  /** As long as the function's record is this one. */
  target: UrlTarget | undefined;
}

/** Ours: addresses in memory. */
const addressesMax = 10_000;

/**
 * Ids are never used twice, so what an id once meant needs no refreshing: whether it still holds is read off the function's record,
 * which `read` gives as it is now. The same target is given as long as that record is the same.
 */
export function urlIndex(store: Pick<Store, "get">, read: (at: FunctionName) => Promise<FunctionRecord | undefined>): (id: string) => Promise<UrlTarget | undefined> {
  const addresses = new Map<string, Known>();
  const find = async (id: string): Promise<Known | undefined> => {
    const owner = (await store.get<UrlOwner>(urlKey(id)))?.value;
    if (!owner) return undefined;
    if (addresses.size >= addressesMax) addresses.clear();
    const known: Known = { owner, target: undefined };
    addresses.set(id, known);
    return known;
  };
  return async (id) => {
    const known = addresses.get(id) ?? (await find(id));
    if (!known) return undefined;
    const { owner } = known;
    const record = await read(owner);
    if (known.target?.record === record) return known.target;
    const url = own(record?.urls, owner.qualifier);
    known.target = record && url?.id === id ? { record, qualifier: owner.qualifier, url } : undefined;
    return known.target;
  };
}

/** What leads from ids to the function, after its addresses have changed; none are left when the function goes. */
export function urlWrites(at: FunctionName, before: FunctionRecord["urls"] = {}, after: FunctionRecord["urls"] = {}): readonly Write[] {
  const stays = new Set(Object.values(after).map(({ id }) => id));
  const was = new Set(Object.values(before).map(({ id }) => id));
  return [
    ...[...was].filter((id) => !stays.has(id)).map((id) => del(urlKey(id))),
    ...Object.entries(after).filter(([, { id }]) => !was.has(id)).map(([qualifier, { id }]) => set(urlKey(id), { ...at, qualifier })),
  ];
}
