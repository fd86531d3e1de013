// Checks and encodes what callers pass besides keys and values, so that nothing malformed ever reaches a group of others' commits.
// Names of queues and streams become binary strings of their UTF-8: prefixes and orders are then those of bytes.

/** Ours: longest name of a queue or stream, in UTF-8 bytes. */
const NAME_BYTES_MAX = 1024;

/** Throws TypeError for a lone surrogate and RangeError for an empty or overlong name; `what` names it in the error. */
export function encodeName(name: string, what: string): string {
  if (name === "") throw new RangeError(`${what} must have a name`);
  const encoded = encodePrefix(name, what);
  if (encoded.length > NAME_BYTES_MAX) throw new RangeError(`the name of ${what} may have at most ${NAME_BYTES_MAX} bytes, this one has ${encoded.length}`);
  return encoded;
}

/** Like `encodeName`, but may be empty. */
export function encodePrefix(name: string, what: string): string {
  if (!name.isWellFormed()) throw new TypeError(`the name of ${what} must be well-formed Unicode: it has a lone surrogate`);
  return Buffer.from(name, "utf8").toString("latin1");
}

/** The name of a column written from `encodeName`. */
export const decodeName = (column: unknown): string => Buffer.from(column as Uint8Array).toString("utf8");

/** A duration as the database stores it: whole milliseconds, rounded up. Throws RangeError for what is no duration. */
export function wholeMs(ms: number, what: string): number {
  if (!(ms >= 0 && ms <= DURATION_MS_MAX)) throw new RangeError(`${what} is 0 to ${DURATION_MS_MAX} ms, not ${ms}`);
  return Math.ceil(ms);
}

/** Ours: a hundred years. */
const DURATION_MS_MAX = 100 * 365 * 86_400_000;

/** The lease's numbers; throws TypeError when they are none that this engine gave out. */
export function leaseNumbers({ id, receipt }: { readonly id: number; readonly receipt: string }): { readonly id: number; readonly receipt: number } {
  const number = Number(receipt);
  if (!Number.isSafeInteger(id) || !Number.isSafeInteger(number)) throw new TypeError("that is no lease of this queue engine");
  return { id, receipt: number };
}
