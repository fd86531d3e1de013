// Records in memory while they are in use: what was read before a change is never kept after it.

export interface KeptReads<T> {
  /** What is kept under the name, else what `load` finds; nothing is not kept. */
  read(name: string, load: () => Promise<T | undefined>): Promise<T | undefined>;
  /** To be called at each change. */
  forget(name: string): void;
}

/** `max`: when so many are kept, all go. */
export function keepReads<T>(max: number): KeptReads<T> {
  const kept = new Map<string, T>();
  let changes = 0;
  return {
    read: async (name, load) => {
      const known = kept.get(name);
      if (known !== undefined) return known;
      const seen = changes;
      const found = await load();
      if (found !== undefined && seen === changes) {
        if (kept.size >= max) kept.clear();
        kept.set(name, found);
      }
      return found;
    },
    forget: (name) => {
      changes++;
      kept.delete(name);
    },
  };
}
