// Keeps hot function records in memory and right, so that an invocation never waits for storage.
import type { Entry, Key, Store } from "../../ports/store.ts";
import type { FunctionRecord } from "../function.ts";
import { functionKey, type FunctionName } from "./keys.ts";

export interface RecordCache extends Disposable {
  /** What is known without asking storage. */
  peek(at: FunctionName): FunctionRecord | undefined;
  read(at: FunctionName): Promise<FunctionRecord | undefined>;
  /** Forgets what is known: the next read asks storage. To be called after each change, before it is reported. */
  forget(at: FunctionName): void;
}

/** Ours: records in memory; the ones not asked for longest go first. */
const recordsMax = 10_000;

/**
 * Correctness: `forget` (by us or by the store's watch) removes both what is kept and what is being read, so a read begun before a
 * change is never kept after it, and never joined by a caller who came after it.
 */
export function recordCache(store: Pick<Store, "get" | "watch">, onChange: (at: FunctionName) => void): RecordCache {
  const kept = new Map<string, FunctionRecord>();
  const reading = new Map<string, Promise<FunctionRecord | undefined>>();
  const forget = (at: FunctionName): void => {
    const name = nameOf(at);
    kept.delete(name);
    reading.delete(name);
  };
  const load = (at: FunctionName, name: string): Promise<FunctionRecord | undefined> => {
    const read: Promise<FunctionRecord | undefined> = store.get<FunctionRecord>(functionKey(at)).then(
      (entry: Entry<FunctionRecord> | undefined) => {
        if (reading.get(name) !== read) return entry?.value;
        reading.delete(name);
        if (entry) keep(name, entry.value);
        return entry?.value;
      },
      (error: unknown) => {
        if (reading.get(name) === read) reading.delete(name);
        throw error;
      },
    );
    reading.set(name, read);
    return read;
  };
  const keep = (name: string, record: FunctionRecord): void => {
    kept.set(name, record);
    if (kept.size <= recordsMax) return;
    const [oldest] = kept.keys();
    if (oldest !== undefined) kept.delete(oldest);
  };
  const unwatch = store.watch(["functions"], (key) => {
    const at = nameInKey(key);
    if (!at) return;
    forget(at);
    onChange(at);
  });
  return {
    peek: (at) => kept.get(nameOf(at)),
    read: (at) => {
      const name = nameOf(at);
      const record = kept.get(name);
      return record ? Promise.resolve(record) : (reading.get(name) ?? load(at, name));
    },
    forget,
    [Symbol.dispose]: unwatch,
  };
}

/** One text per function; account and region have no slash. */
const nameOf = ({ account, region, name }: FunctionName): string => `${account}/${region}/${name}`;

function nameInKey(key: Key): FunctionName | undefined {
  const [, account, region, name] = key;
  return typeof account === "string" && typeof region === "string" && typeof name === "string" ? { account, region, name } : undefined;
}
