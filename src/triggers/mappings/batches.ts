// Where a batch ends: after so many events, or before its payload grows past what a function can be called with.
import { limits } from "../../kernel/limits.ts";

/** Room for what stands around the records. */
const ENVELOPE_BYTES = 4096;

/** How many of the first events make one batch: at least one, whatever its size. `sizes`: bytes of each event's JSON. */
export function batchLength(sizes: Iterable<number>, countMax: number, bytesMax: number = limits.functions.syncRequestBytesMax - ENVELOPE_BYTES): number {
  let count = 0;
  let bytes = 0;
  for (const size of sizes) {
    // The comma.
    bytes += size + 1;
    if (count === countMax || (count > 0 && bytes > bytesMax)) break;
    count++;
  }
  return count;
}

/** All of them, in batches. */
export function inBatches<T>(events: readonly T[], sizeOf: (event: T) => number, countMax: number): readonly (readonly T[])[] {
  const batches: T[][] = [];
  for (let rest = events; rest.length > 0; ) {
    const length = batchLength(rest.map(sizeOf), countMax);
    batches.push(rest.slice(0, length));
    rest = rest.slice(length);
  }
  return batches;
}
