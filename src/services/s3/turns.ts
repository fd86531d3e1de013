// Writers of one key take turns: a hot key then waits in line instead of burning its optimistic retries.

export interface Turns {
  /** Runs `task` after all tasks given before for the same name have ended, however they ended. */
  take<T>(name: string, task: () => Promise<T>): Promise<T>;
}

export function openTurns(): Turns {
  const tails = new Map<string, Promise<void>>();
  return {
    take: async (name, task) => {
      const before = tails.get(name);
      const turn = before === undefined ? task() : before.then(task);
      const tail = turn.then(() => undefined, () => undefined);
      tails.set(name, tail);
      try {
        return await turn;
      } finally {
        if (tails.get(name) === tail) tails.delete(name);
      }
    },
  };
}
