// Answers that are ready at about the same time go out one right after the other.
//
// A client that waits for many answers is woken by the first, and by each that comes after it has gone back to sleep. Waking a process costs several
// times what sending a short answer costs; when the next ones are there before it has read the first, it is woken once.

/** Ours: with fewer requests under way, waiting for the end of a turn of the event loop gains nothing. */
const CROWD = 4;

export interface Bursts {
  /** A request has come, and one has its answer. */
  begin(): void;
  end(): void;
  /** Calls `send` now, or with others at the end of this turn of the event loop. */
  send(send: () => void): void;
}

export function openBursts(): Bursts {
  let underWay = 0;
  let waiting: (() => void)[] = [];
  const burst = (): void => {
    const all = waiting;
    waiting = [];
    for (const send of all) send();
  };
  return {
    begin: () => void underWay++,
    end: () => void underWay--,
    send: (send) => {
      if (underWay < CROWD) return send();
      if (waiting.push(send) === 1) setImmediate(burst);
    },
  };
}
