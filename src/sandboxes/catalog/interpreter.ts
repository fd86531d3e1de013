// An interpreter found on this machine, and how the best one for a promised version is chosen.

export interface Interpreter {
  /** Full version, `3.11.7`. */
  readonly version: string;
  /** What runtime names promise: Node's major, Python 3's minor. */
  readonly promise: number;
  /** The real file. */
  readonly file: string;
}

/** The one that keeps the promise, else the nearest (the newer of two equally near); undefined when there is none. */
export function nearest<T extends Interpreter>(found: readonly T[], promise: number): T | undefined {
  return found.toSorted((a, b) => Math.abs(a.promise - promise) - Math.abs(b.promise - promise) || b.promise - a.promise)[0];
}
