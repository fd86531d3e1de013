// What a mapping has done, counted while it does it.
import type { MappingStatus } from "./mapping.ts";

export type Tally = { -readonly [K in Exclude<keyof MappingStatus, "iteratorAgeMs">]: MappingStatus[K] } & { iteratorAgeMs?: number };

export const newTally = (id: string): Tally => ({ id, lastResult: undefined, batches: 0, failedBatches: 0, events: 0, filtered: 0, throttles: 0, dropped: 0, running: 0 });

/** The original's words. */
export const problems = { failed: "PROBLEM: Function call failed", noStream: "PROBLEM: Stream not found", noQueue: "PROBLEM: Queue not found", noFunction: "PROBLEM: Function not found" } as const;
