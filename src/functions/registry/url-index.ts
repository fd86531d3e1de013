// Finds the function behind an HTTP address: by memory, so that no request waits for storage twice.
import { del, set, type Store, type Write } from "../../ports/store.ts";
import type { FunctionRecord, UrlTarget } from "../function.ts";
import { urlKey, type FunctionName } from "./keys.ts";

/** What is stored under an address's id. */
interface UrlOwner extends FunctionName {
  readonly qualifier: string;
}

/** Ours: owners in memory. */
const ownersMax = 10_000;

/**
 * Ids are never used twice, so what an id once meant needs no refreshing: whether it still holds is read off the function's record,
 * which `read` gives as it is now.
 */
export function urlIndex(store: Pick<Store, "get">, read: (at: FunctionName) => Promise<FunctionRecord | undefined>): (id: string) => Promise<UrlTarget | undefined> {
  const owners = new Map<string, UrlOwner>();
  const ownerOf = async (id: string): Promise<UrlOwner | undefined> => {
    const owner = (await store.get<UrlOwner>(urlKey(id)))?.value;
    if (!owner) return undefined;
    if (owners.size >= ownersMax) owners.clear();
    owners.set(id, owner);
    return owner;
  };
  return async (id) => {
    const owner = owners.get(id) ?? (await ownerOf(id));
    const record = owner && (await read(owner));
    const url = record?.urls?.[owner?.qualifier ?? ""];
    return owner && record && url?.id === id ? { record, qualifier: owner.qualifier, url } : undefined;
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
