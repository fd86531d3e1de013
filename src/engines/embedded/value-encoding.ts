// Values are JSON or raw bytes; SQLite's own storage class (TEXT or BLOB) is the tag that tells them apart.
import { limits } from "../../kernel/limits.ts";
import type { Value } from "../../ports/store.ts";

/** Bytes on their way to the writer thread: short ones as a binary string (one cheap copy), long ones as an array that is transferred. */
export type Bytes = string | Uint8Array<ArrayBuffer>;

/** A value on its way to the writer thread. */
export type Encoded = { readonly json: string } | { readonly raw: Bytes };

/** Longer byte arrays are transferred: from about here on that costs less than copying through a string. */
const STRING_BYTES_MAX = 16 * 1024;

/** `what` names the value in errors. Throws RangeError past `bytesMax`, TypeError for what JSON can not say (undefined, functions, cycles). */
export function encodeValue(value: Value, what: string, bytesMax: number = limits.store.valueBytesMax): Encoded {
  if (value instanceof Uint8Array) return { raw: packBytes(value, what, bytesMax) };
  const json: unknown = JSON.stringify(value);
  if (typeof json !== "string") throw new TypeError(`${what} must be JSON or bytes, not ${typeof value}`);
  // A UTF-16 unit is at most three bytes of UTF-8, so short texts need no counting.
  if (json.length * 3 > bytesMax) assertSize(Buffer.byteLength(json), what, bytesMax);
  return { json };
}

/** Copies bytes into a form that may leave this thread; the caller's memory stays the caller's. */
export function packBytes(bytes: Uint8Array, what: string, bytesMax: number = limits.store.valueBytesMax): Bytes {
  assertSize(bytes.byteLength, what, bytesMax);
  if (bytes.byteLength > STRING_BYTES_MAX) return new Uint8Array(bytes);
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("latin1");
}

/** The other side of `packBytes`. */
export const unpackBytes = (bytes: Bytes): Uint8Array => (typeof bytes === "string" ? Buffer.from(bytes, "latin1") : bytes);

/** What to bind to a column without affinity. */
export const columnOf = (value: Encoded): string | Uint8Array => ("json" in value ? value.json : unpackBytes(value.raw));

/** The value of a column written from `columnOf`. */
export const decodeValue = (column: unknown): Value => (typeof column === "string" ? JSON.parse(column) : column);

function assertSize(sizeBytes: number, what: string, bytesMax: number): void {
  if (sizeBytes <= bytesMax) return;
  throw new RangeError(`${what} may have at most ${bytesMax} bytes, this one has ${sizeBytes}: larger things are blobs`);
}
