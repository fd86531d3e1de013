// Who wants to hear about which names: listeners by prefix, found without asking each of them.

export interface Watchers<T> {
  /** True when nobody listens, so that callers can skip the work of telling. */
  readonly idle: boolean;
  add(prefix: string, listener: (subject: T) => void): () => void;
  /** Calls every listener whose prefix starts `name`. A listener that throws is reported and harms nobody. */
  tell(name: string, subject: T): void;
}

export function createWatchers<T>(warn: (error: unknown) => void): Watchers<T> {
  const byPrefix = new Map<string, Set<(subject: T) => void>>();
  let lengths: readonly number[] = [];
  const measure = (): void => {
    lengths = [...new Set([...byPrefix.keys()].map((prefix) => prefix.length))].sort((a, b) => a - b);
  };
  return {
    get idle() {
      return byPrefix.size === 0;
    },
    add: (prefix, listener) => {
      const own = (subject: T): void => listener(subject);
      const listeners = byPrefix.get(prefix) ?? new Set();
      byPrefix.set(prefix, listeners.add(own));
      measure();
      return () => {
        listeners.delete(own);
        if (listeners.size === 0 && byPrefix.get(prefix) === listeners) byPrefix.delete(prefix);
        measure();
      };
    },
    tell: (name, subject) => {
      for (const length of lengths) {
        if (length > name.length) return;
        for (const listener of byPrefix.get(name.slice(0, length)) ?? []) {
          try {
            listener(subject);
          } catch (error) {
            warn(error);
          }
        }
      }
    },
  };
}
