// Which functions of a registry stand for the kinds of start that will be asked for, when nothing has been called yet.
import type { Store } from "../../ports/store.ts";
import type { FunctionRecord, Version } from "../function.ts";

/** Ours: a start of the server does not read a large registry. */
const LOOKED_AT = 200;
/** Ours: functions of one runtime can differ in what should be loaded ahead for them. */
const PER_RUNTIME = 3;

/** Of each runtime those that were changed last, the older first. */
export async function newestOfRuntimes(store: Pick<Store, "list">): Promise<readonly Version[]> {
  const found = await store.list<FunctionRecord>({ prefix: ["functions"], limit: LOOKED_AT });
  const counts = new Map<string, number>();
  const newestFirst = found.map(({ value }) => value.latest).toSorted((a, b) => b.modifiedMs - a.modifiedMs);
  const chosen = newestFirst.filter(({ settings: { runtime } }) => {
    const count = (counts.get(runtime) ?? 0) + 1;
    counts.set(runtime, count);
    return count <= PER_RUNTIME;
  });
  return chosen.toReversed();
}
