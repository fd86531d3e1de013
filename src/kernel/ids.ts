// Ids that appear on the wire: request ids, revision ids, host ids. Random by design; seeded runs inject `Random`.
import { randomFillSync, randomUUID } from "node:crypto";

/** A version-4 UUID, the form of AWS request and revision ids. */
export const uuid = (): string => randomUUID();

/** `bytes` random bytes as lower-case hex; few, as all ids have. Drawn in advance: asking the system for every few bytes costs more than all else that is done with them. */
export function hexId(bytes: number): string {
  if (drawn + bytes > digits.length) {
    randomFillSync(digits);
    drawn = 0;
  }
  return digits.toString("hex", drawn, (drawn += bytes));
}

const digits = Buffer.alloc(4096);
let drawn = digits.length;
