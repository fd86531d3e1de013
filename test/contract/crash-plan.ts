// What the crash test's two processes agree on.

/** Commits under way at once. */
export const LANES = 6;

/** One commit of the child, as it stands in the store, in the logs and in the queues. */
export interface Step {
  readonly round: number;
  readonly lane: number;
  /** Counts the lane's commits over all rounds, from 1. */
  readonly n: number;
  readonly blobId: string;
}

/** A blob's content: different each time; `size` (0 to 1) chooses small content, which travels in the commit, or large, which is a file. */
export function contentOf(round: number, lane: number, n: number, size: number): Uint8Array {
  const content = Buffer.alloc(size < 0.7 ? 100 + Math.floor(size * 1000) : 40_000);
  content.write(`${round} ${lane} ${n}`);
  return content;
}
