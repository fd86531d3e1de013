// The pools there are, found by version and by function: a server may have thousands, so that no event may look through all.
import { placeName } from "../../kernel/place-name.ts";
import type { Version } from "../function.ts";
import type { FunctionName } from "../registry/keys.ts";
import { isEmpty, newPool, type Pool } from "./pool.ts";

export interface Pools {
  /** That of a version, made if need be. */
  of(version: Version): Pool;
  find(versionId: string): Pool | undefined;
  /** Those of all versions of a function. */
  family(at: FunctionName): readonly Pool[];
  all(): Iterable<Pool>;
  /** Forgets it if nothing is in it. */
  tidy(pool: Pool): void;
}

export function openPools(): Pools {
  const pools = new Map<string, Pool>();
  const families = new Map<string, Set<Pool>>();
  return {
    of: (version) => {
      const known = pools.get(version.id);
      if (known) return known;
      const pool = newPool(version);
      pools.set(version.id, pool);
      const name = placeName(version);
      families.set(name, (families.get(name) ?? new Set()).add(pool));
      return pool;
    },
    find: (versionId) => pools.get(versionId),
    family: (at) => [...(families.get(placeName(at)) ?? [])],
    all: () => pools.values(),
    tidy: (pool) => {
      const { version } = pool;
      if (!isEmpty(pool) || pools.get(version.id) !== pool) return;
      pools.delete(version.id);
      const family = families.get(placeName(version));
      family?.delete(pool);
      if (family?.size === 0) families.delete(placeName(version));
    },
  };
}
