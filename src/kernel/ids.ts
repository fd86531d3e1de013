// Ids that appear on the wire: request ids, revision ids, host ids. Random by design; seeded runs inject `Random`.
import { randomUUID } from "node:crypto";

/** A version-4 UUID, the form of AWS request and revision ids. */
export const uuid = (): string => randomUUID();

/**
 * `bytes` random bytes as lower-case hex. Taken from UUIDs, whose source is buffered: asking the system for every few bytes costs more than
 * all else that is done with them.
 */
export function hexId(bytes: number): string {
  let digits = "";
  while (digits.length < bytes * 2) digits += randomDigits(randomUUID());
  return digits.slice(0, bytes * 2);
}

/** Of `xxxxxxxx-xxxx-4xxx-Nxxx-xxxxxxxxxxxx` all but the version and the variant, which say nothing. */
const randomDigits = (id: string): string => id.slice(0, 8) + id.slice(9, 13) + id.slice(15, 18) + id.slice(20, 23) + id.slice(24);
