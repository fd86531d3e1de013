// Turns key tuples into bytes whose plain byte order is the tuples' order, so that one B-tree serves every range.
//
// An encoded key is handled as a "binary string" (one char per byte, 0..255): concatenation, comparison and `startsWith` are then
// the engine's fastest operations, and it crosses to the writer thread as one memory copy.
//   number  0x01, then the IEEE double, big endian, sign bit flipped (all bits flipped when negative)
//   string  0x02, then UTF-8 with 0x00 written as 0x01 0x01 and 0x01 as 0x01 0x02, then 0x00
// A string's end appears nowhere inside one, so no element's encoding is a prefix of another's, and a byte prefix is exactly a tuple prefix.
import { limits } from "../../kernel/limits.ts";
import type { Key } from "../../ports/store.ts";

const NUMBER = 1;
const STRING = 2;
const NUMBER_TAG = "\x01";
const STRING_TAG = "\x02";
// eslint-disable-next-line no-control-regex -- control characters are what this is about: all of ASCII but the two that are escaped.
const PLAIN = /^[\x02-\x7f]*$/;

const scratch = new DataView(new ArrayBuffer(8));

/** The key as a binary string. Throws RangeError past `limits.store.keyBytesMax` and TypeError for NaN and lone surrogates, which have no place in the order. */
export function encodeKey(key: Key): string {
  let encoded = "";
  for (const part of key) encoded += typeof part === "string" ? encodeString(part) : encodeNumber(part);
  if (encoded.length > limits.store.keyBytesMax) {
    throw new RangeError(`a key may have at most ${limits.store.keyBytesMax} bytes, this one has ${encoded.length}`);
  }
  return encoded;
}

/** Whether such a key can be written: nothing is found under one that can not. */
export const isWritable = (key: Key): boolean => key.every((part) => typeof part === "number" || part.isWellFormed());

/** Where a key would stand, be it writable or not. */
export const encodePlace = (key: Key): string => encodeKey(isWritable(key) ? key : key.map((part) => (typeof part === "number" ? part : part.toWellFormed())));

/** The key that `encodeKey` was given (with -0 as 0). */
export function decodeKey(bytes: Uint8Array): Key {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const key: (string | number)[] = [];
  for (let at = 0; at < buffer.length; ) {
    const tag = buffer[at];
    if (tag === NUMBER) {
      key.push(decodeNumber(buffer, at + 1));
      at += 9;
    } else if (tag === STRING) {
      const end = buffer.indexOf(0, at + 1);
      if (end === -1) throw new Error("bug: a stored key ends inside a string");
      key.push(decodeString(buffer.subarray(at + 1, end)));
      at = end + 1;
    } else {
      throw new Error(`bug: unknown tag ${tag} at byte ${at} of a stored key`);
    }
  }
  return key;
}

/** The least binary string greater than every key that starts with `prefix`, itself included. */
export const endOfPrefix = (prefix: string): string => `${prefix}\xff`;

/** The bytes of a binary string, to bind as a BLOB. */
export const keyBytes = (encoded: string): Uint8Array => Buffer.from(encoded, "latin1");

function encodeString(text: string): string {
  if (PLAIN.test(text)) return `${STRING_TAG}${text}\0`;
  if (!text.isWellFormed()) throw new TypeError("a key's string must be well-formed Unicode: it has a lone surrogate");
  const bytes = Buffer.from(text, "utf8").toString("latin1");
  return `${STRING_TAG}${bytes.replaceAll("\x01", "\x01\x02").replaceAll("\0", "\x01\x01")}\0`;
}

function encodeNumber(value: number): string {
  if (Number.isNaN(value)) throw new TypeError("a key's number must not be NaN");
  scratch.setFloat64(0, value === 0 ? 0 : value);
  const high = scratch.getUint32(0);
  const low = scratch.getUint32(4);
  const negative = high >= 0x8000_0000;
  return NUMBER_TAG + fourBytes(negative ? ~high : high ^ 0x8000_0000) + fourBytes(negative ? ~low : low);
}

const fourBytes = (word: number): string =>
  String.fromCharCode((word >>> 24) & 0xff, (word >>> 16) & 0xff, (word >>> 8) & 0xff, word & 0xff);

function decodeNumber(buffer: Buffer, at: number): number {
  const high = buffer.readUInt32BE(at);
  const low = buffer.readUInt32BE(at + 4);
  const negative = high < 0x8000_0000;
  scratch.setUint32(0, negative ? ~high : high ^ 0x8000_0000);
  scratch.setUint32(4, negative ? ~low : low);
  return scratch.getFloat64(0);
}

function decodeString(bytes: Buffer): string {
  if (!bytes.includes(1)) return bytes.toString("utf8");
  const plain = bytes.toString("latin1").replaceAll("\x01\x01", "\0").replaceAll("\x01\x02", "\x01");
  return Buffer.from(plain, "latin1").toString("utf8");
}
