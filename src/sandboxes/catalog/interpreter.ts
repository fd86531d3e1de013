// An interpreter found on this machine, and how the best one for a promised version is chosen.

export interface Interpreter {
  /** Full version, `3.11.7`. */
  readonly version: string;
  /** What runtime names promise, as `names.ts` counts it. */
  readonly promise: number;
  /** The real file. */
  readonly file: string;
  /** How it came here. */
  readonly origin: "bundled" | "added" | "machine";
}

/** The one that keeps the promise, else the nearest (the newer of two equally near); undefined when there is none. */
export function nearest<T extends Interpreter>(found: readonly T[], promise: number): T | undefined {
  return found.toSorted((a, b) => Math.abs(a.promise - promise) - Math.abs(b.promise - promise) || b.promise - a.promise)[0];
}

/** Where newer ones understand what older ones do, but not the other way round: the first that is not older, else the newest. */
export function firstNotOlder<T extends Interpreter>(found: readonly T[], promise: number): T | undefined {
  const byAge = found.toSorted((a, b) => a.promise - b.promise);
  return byAge.find((each) => each.promise >= promise) ?? byAge.at(-1);
}
