// Time is a dependency: everything that waits or stamps takes a Clock, so that tests and the simulation own time.

export interface Clock {
  /** Milliseconds since the Unix epoch. */
  now(): number;
  /** Monotonic milliseconds with sub-millisecond fraction, for durations. */
  monotonicMs(): number;
  /** Resolves after `ms`; rejects with the signal's reason when it aborts first. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
  /** Calls `task` once after `ms`; the returned function cancels. Does not keep the process alive. */
  after(ms: number, task: () => void): () => void;
}
