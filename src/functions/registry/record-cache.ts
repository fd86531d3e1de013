// Keeps hot records in memory and right, so that an invocation never waits for storage.
import type { Entry, Key, Store } from "../../ports/store.ts";

export interface RecordCache<T> extends Disposable {
  /** What is known without asking storage. */
  peek(key: Key): T | undefined;
  read(key: Key): Promise<T | undefined>;
  /** Forgets what is known: the next read asks storage. To be called after each change, before it is reported. */
  forget(key: Key): void;
}

/** Ours: records in memory; the ones read first go first. */
const recordsMax = 10_000;

/**
 * Of the records below `prefix`; `onChange` hears of each change, here or on another node.
 * Correctness: `forget` (by us or by the store's watch) removes both what is kept and what is being read, so a read begun before a
 * change is never kept after it, and never joined by a caller who came after it.
 */
export function recordCache<T>(store: Pick<Store, "get" | "watch">, prefix: Key, onChange: (key: Key) => void): RecordCache<T> {
  const kept = new Map<string, T>();
  const reading = new Map<string, Promise<T | undefined>>();
  const forget = (key: Key): void => {
    const name = nameOf(key);
    kept.delete(name);
    reading.delete(name);
  };
  const load = (key: Key, name: string): Promise<T | undefined> => {
    const read: Promise<T | undefined> = store.get<T>(key).then(
      (entry: Entry<T> | undefined) => {
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
  const keep = (name: string, record: T): void => {
    kept.set(name, record);
    if (kept.size <= recordsMax) return;
    const [oldest] = kept.keys();
    if (oldest !== undefined) kept.delete(oldest);
  };
  const unwatch = store.watch(prefix, (key) => {
    forget(key);
    onChange(key);
  });
  return {
    peek: (key) => kept.get(nameOf(key)),
    read: (key) => {
      const name = nameOf(key);
      const record = kept.get(name);
      return record ? Promise.resolve(record) : (reading.get(name) ?? load(key, name));
    },
    forget,
    [Symbol.dispose]: unwatch,
  };
}

/** One text per key: no part of the keys kept here has a slash. */
const nameOf = (key: Key): string => key.join("/");
