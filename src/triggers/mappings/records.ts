// Mappings in the store: one record each, and one key per source and function, so that no pair is joined twice.
import type { Scope } from "../../functions/function.ts";
import type { Clock } from "../../kernel/clock.ts";
import { uuid } from "../../kernel/ids.ts";
import { type Change, del, entriesBelow, type Key, set, type Store, transact, unchanged, type Write } from "../../ports/store.ts";
import { functionArnOf, type Mapping, type MappingChange, type MappingRecords, type MappingState } from "./mapping.ts";

export const mappingsRoot: Key = ["mappings", "record"];
const scopeKey = ({ account, region }: Scope): Key => [...mappingsRoot, account, region];
const keyOf = (scope: Scope, id: string): Key => [...scopeKey(scope), id];
const pairKey = (mapping: Pick<Mapping, "sourceArn" | "function">): Key => ["mappings", "pair", mapping.sourceArn, functionArnOf(mapping)];

/** Which mapping a key of `mappingsRoot` is of. */
export function mappingInKey(key: Key): (Scope & { readonly id: string }) | undefined {
  const [, , account, region, id] = key;
  return typeof account === "string" && typeof region === "string" && typeof id === "string" ? { account, region, id } : undefined;
}

export interface OpenRecords extends MappingRecords {
  all(): AsyncIterable<Mapping>;
  /** The state that the poller has reached, unless the mapping has been changed since this revision. */
  settle(mapping: Mapping, state: MappingState): Promise<void>;
  /** Forgets a mapping with everything that `also` names. */
  forget(mapping: Mapping, also: () => Promise<readonly Write[]>): Promise<void>;
}

export function openRecords({ store, clock }: { readonly store: Store; readonly clock: Pick<Clock, "now"> }): OpenRecords {
  /** Reads, decides, writes; undefined when there is none. */
  const alter = <T>(scope: Scope, id: string, decide: (mapping: Mapping) => Promise<Change<T>> | Change<T>): Promise<T | undefined> =>
    transact(store, async (): Promise<Change<T | undefined>> => {
      const entry = await store.get<Mapping>(keyOf(scope, id));
      if (!entry) return { checks: [], writes: [], result: undefined };
      const { checks, writes, result } = await decide(entry.value);
      return { checks: [unchanged(entry.key, entry), ...checks], writes, result };
    });
  const replaced = (mapping: Mapping): Change<Mapping> => ({ checks: [], writes: [set(keyOf(mapping, mapping.id), mapping)], result: mapping });

  return {
    find: async (scope, id) => (await store.get<Mapping>(keyOf(scope, id)))?.value,
    create: async (made, also) => {
      const mapping: Mapping = { ...made, id: uuid(), state: made.enabled ? "Creating" : "Disabled", modifiedMs: clock.now(), revision: 1 };
      return transact(store, async (): Promise<Change<{ readonly mapping: Mapping } | { readonly taken: string }>> => {
        const pair = await store.get<string>(pairKey(mapping));
        if (pair) return { checks: [], writes: [], result: { taken: pair.value } };
        const writes = [set(keyOf(mapping, mapping.id), mapping), set(pairKey(mapping), mapping.id), ...(await also(mapping.id))];
        return { checks: [unchanged(pairKey(mapping), undefined)], writes, result: { mapping } };
      });
    },
    list: async (scope, of, after, limit) => {
      const functionArn = of.function && functionArnOf({ function: of.function });
      const found: Mapping[] = [];
      for await (const { value: mapping } of entriesBelow<Mapping>(store, scopeKey(scope), { after: after === undefined ? undefined : keyOf(scope, after) })) {
        if ((of.sourceArn ?? mapping.sourceArn) === mapping.sourceArn && (functionArn ?? functionArnOf(mapping)) === functionArnOf(mapping)) found.push(mapping);
        if (found.length >= limit) break;
      }
      return found;
    },
    change: (scope, id, decide) =>
      alter(scope, id, async (before): Promise<Change<{ readonly mapping: Mapping } | { readonly taken: string }>> => {
        const change = decide(before);
        const mapping: Mapping = { ...before, ...change, state: stateAfter(before, change), modifiedMs: clock.now(), revision: before.revision + 1 };
        const [old, fresh] = [pairKey(before), pairKey(mapping)];
        if (functionArnOf(before) === functionArnOf(mapping)) return { ...replaced(mapping), result: { mapping } };
        const pair = await store.get<string>(fresh);
        if (pair) return { checks: [], writes: [], result: { taken: pair.value } };
        return { checks: [unchanged(fresh, undefined)], writes: [...replaced(mapping).writes, del(old), set(fresh, id)], result: { mapping } };
      }),
    changeTags: (scope, id, decide) => alter(scope, id, (before) => replaced({ ...before, tags: decide(before.tags) })),
    remove: (scope, id, permitted) =>
      alter(scope, id, (before) => {
        permitted(before);
        return replaced({ ...before, state: "Deleting", enabled: false, revision: before.revision + 1 });
      }),
    all: async function* () {
      for await (const { value } of entriesBelow<Mapping>(store, mappingsRoot)) yield value;
    },
    settle: async (mapping, state) =>
      void (await alter(mapping, mapping.id, (now) => (now.revision === mapping.revision && now.state !== state ? replaced({ ...now, state }) : { checks: [], writes: [], result: now }))),
    forget: async (mapping, also) =>
      void (await alter(mapping, mapping.id, async (now) => ({ checks: [], writes: [del(keyOf(now, now.id)), del(pairKey(now)), ...(await also())], result: now }))),
  };
}

/** Which passing state a change leads through. */
function stateAfter(before: Mapping, change: MappingChange): MappingState {
  const enabled = change.enabled ?? before.enabled;
  if (enabled !== before.enabled) return enabled ? "Enabling" : "Disabling";
  return enabled ? "Updating" : "Disabled";
}
