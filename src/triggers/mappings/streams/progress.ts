// How far a shard is done with: records end in any order, the checkpoint moves past a record only when all before it have ended.
import type { Place } from "./stream-source.ts";

/** One record under way. */
export interface Step {
  readonly next: Place;
  done: boolean;
}

export interface Progress {
  /** In the order of the shard. */
  begin(next: Place): Step;
  end(steps: readonly Step[]): void;
  /** The place before the first record that has not ended. */
  place(): Place;
  /** A page's end: what lies between its last record and there has nothing to process. */
  skipTo(next: Place): void;
  /** Records that have not ended, or wait for others to end. */
  open(): number;
}

export function newProgress(from: Place): Progress {
  let reached = from;
  let steps: Step[] = [];
  /** Index of the first that has not been passed: shifting an array of thousands for each record would be slow. */
  let first = 0;
  const pass = (): void => {
    for (let step = steps[first]; step?.done; step = steps[first]) {
      reached = step.next;
      first++;
    }
    if (first > 1000 && first * 2 > steps.length) {
      steps = steps.slice(first);
      first = 0;
    }
  };
  const begin = (next: Place): Step => {
    const step = { next, done: false };
    steps.push(step);
    return step;
  };
  return {
    begin,
    end: (ended) => {
      for (const step of ended) step.done = true;
      pass();
    },
    place: () => reached,
    skipTo: (next) => {
      begin(next).done = true;
      pass();
    },
    open: () => steps.length - first,
  };
}
