// Names of queues and streams as binary strings of their UTF-8, so that prefixes and orders are those of bytes.

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
