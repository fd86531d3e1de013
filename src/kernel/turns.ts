// Writers of one key take turns: a hot key then waits in line instead of burning its optimistic retries.

export interface Turns {
  /** Runs `task` after all tasks given before for any of the same names have ended, however they ended. */
  take<T>(names: readonly string[], task: () => Promise<T>): Promise<T>;
}

export function openTurns(): Turns {
  const tails = new Map<string, Promise<void>>();
  return {
    take: async (names, task) => {
      // All names are entered at once, so that two tasks never wait for each other.
      const before = names.flatMap((name) => tails.get(name) ?? []);
      const turn = before.length === 0 ? task() : Promise.all(before).then(task);
      const tail = turn.then(() => undefined, () => undefined);
      for (const name of names) tails.set(name, tail);
      try {
        return await turn;
      } finally {
        for (const name of names) if (tails.get(name) === tail) tails.delete(name);
      }
    },
  };
}
