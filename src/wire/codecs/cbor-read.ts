// A bounded CBOR reader (RFC 8949) for rpcv2Cbor and the older form of awsJson: definite and indefinite items, tags for moments, and no surprises.
import { isUtf8 } from "node:buffer";
import { limits } from "../../kernel/limits.ts";
import { serialization } from "./documents.ts";
import { setEntry, type Loose } from "./shapes.ts";

interface Cursor {
  readonly bytes: Buffer;
  readonly epochUnitMs: number;
  at: number;
  values: number;
}

const INDEFINITE = 31;
const BREAK = 0xff;
const TAG_DATE_TEXT = 0;
const TAG_EPOCH = 1;
const TAG_BIGNUM = 2;
const TAG_NEGATIVE_BIGNUM = 3;

/** One document: objects, arrays, strings, numbers, booleans, null, Uint8Array and Date (tag 1). Failures are SerializationException. `epochUnitMs` is what one means under tag 1: a second, by RFC 8949. */
export function parseCbor(bytes: Uint8Array, epochUnitMs = 1000): unknown {
  const cursor: Cursor = { bytes: Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength), epochUnitMs, at: 0, values: 0 };
  const value = readItem(cursor, 0);
  if (cursor.at !== bytes.byteLength) throw malformed();
  return value;
}

function malformed(): Error {
  return serialization("The request body is not valid CBOR.");
}

function readItem(cursor: Cursor, depth: number): unknown {
  cursor.values += 1;
  if (depth > limits.http.nestingMax || cursor.values > limits.http.documentValuesMax) throw serialization("The document is nested too deeply or has too many values.");
  const head = readByte(cursor);
  const info = head & 31;
  switch (head >> 5) {
    case 0: return readArgument(cursor, info);
    case 1: return -1 - readArgument(cursor, info);
    case 2: return readString(cursor, info, 2);
    case 3: return readText(cursor, info);
    case 4: return readArray(cursor, info, depth);
    case 5: return readMap(cursor, info, depth);
    case 6: return readTagged(readArgument(cursor, info), readItem(cursor, depth + 1), cursor.epochUnitMs);
    default: return readSimple(cursor, info);
  }
}

function readByte(cursor: Cursor): number {
  const byte = cursor.bytes[cursor.at];
  if (byte === undefined) throw malformed();
  cursor.at += 1;
  return byte;
}

/** Skips `count` bytes and says where they begin. */
function take(cursor: Cursor, count: number): number {
  const start = cursor.at;
  if (count > cursor.bytes.length - start) throw malformed();
  cursor.at += count;
  return start;
}

function readArgument(cursor: Cursor, info: number): number {
  if (info < 24) return info;
  switch (info) {
    case 24: return readByte(cursor);
    case 25: return cursor.bytes.readUInt16BE(take(cursor, 2));
    case 26: return cursor.bytes.readUInt32BE(take(cursor, 4));
    case 27: return Number(cursor.bytes.readBigUInt64BE(take(cursor, 8)));
    default: throw malformed();
  }
}

function readString(cursor: Cursor, info: number, major: number): Uint8Array {
  if (info !== INDEFINITE) {
    const length = readArgument(cursor, info);
    const start = take(cursor, length);
    return new Uint8Array(cursor.bytes.buffer, cursor.bytes.byteOffset + start, length);
  }
  const chunks: Uint8Array[] = [];
  for (let head = readByte(cursor); head !== BREAK; head = readByte(cursor)) {
    cursor.values += 1;
    if (head >> 5 !== major || (head & 31) === INDEFINITE || cursor.values > limits.http.documentValuesMax) throw malformed();
    chunks.push(readString(cursor, head & 31, major));
  }
  return new Uint8Array(Buffer.concat(chunks));
}

function readText(cursor: Cursor, info: number): string {
  const bytes = readString(cursor, info, 3);
  if (!isUtf8(bytes)) throw malformed();
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("utf8");
}

function readArray(cursor: Cursor, info: number, depth: number): unknown[] {
  const items: unknown[] = [];
  if (info === INDEFINITE) {
    while (!atBreak(cursor)) items.push(readItem(cursor, depth + 1));
    return items;
  }
  // The length is the client's word only: nothing is reserved for it.
  for (let left = readArgument(cursor, info); left > 0; left -= 1) items.push(readItem(cursor, depth + 1));
  return items;
}

function readMap(cursor: Cursor, info: number, depth: number): Loose {
  const entries: Loose = {};
  const readEntry = (): void => {
    const head = readByte(cursor);
    if (head >> 5 !== 3) throw malformed();
    const key = readText(cursor, head & 31);
    setEntry(entries, key, readItem(cursor, depth + 1));
  };
  if (info === INDEFINITE) while (!atBreak(cursor)) readEntry();
  else for (let left = readArgument(cursor, info); left > 0; left -= 1) readEntry();
  return entries;
}

function atBreak(cursor: Cursor): boolean {
  if (cursor.bytes[cursor.at] !== BREAK) return false;
  cursor.at += 1;
  return true;
}

function readTagged(tag: number, value: unknown, epochUnitMs: number): unknown {
  if (tag === TAG_EPOCH || tag === TAG_DATE_TEXT) {
    const date = new Date(typeof value === "number" ? Math.round(value * epochUnitMs) : typeof value === "string" ? value : NaN);
    if (Number.isNaN(date.getTime()) || (tag === TAG_EPOCH) !== (typeof value === "number")) throw malformed();
    return date;
  }
  if (tag === TAG_BIGNUM || tag === TAG_NEGATIVE_BIGNUM) {
    if (!(value instanceof Uint8Array) || value.byteLength > 16) throw malformed();
    const big = value.reduce((sum, byte) => sum * 256 + byte, 0);
    return tag === TAG_BIGNUM ? big : -1 - big;
  }
  return value;
}

function readSimple(cursor: Cursor, info: number): unknown {
  switch (info) {
    case 20: return false;
    case 21: return true;
    case 22: case 23: return null;
    case 25: return readHalf(cursor.bytes.readUInt16BE(take(cursor, 2)));
    case 26: return cursor.bytes.readFloatBE(take(cursor, 4));
    case 27: return cursor.bytes.readDoubleBE(take(cursor, 8));
    default: throw malformed();
  }
}

function readHalf(bits: number): number {
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  const sign = bits & 0x8000 ? -1 : 1;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction === 0 ? sign * Infinity : NaN;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}
