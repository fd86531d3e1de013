// Ids that appear on the wire: request ids, revision ids, host ids. Random by design; seeded runs inject `Random`.
import { randomBytes, randomUUID } from "node:crypto";

/** A version-4 UUID, the form of AWS request and revision ids. */
export const uuid = (): string => randomUUID();

/** `bytes` random bytes as lower-case hex. */
export const hexId = (bytes: number): string => randomBytes(bytes).toString("hex");
