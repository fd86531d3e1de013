// One 512-byte block of a tar archive, judged: its numbers, its kind, and whether it is a header at all.
import { BadImage } from "./refusals.ts";

export const BLOCK_BYTES = 512;

export interface TarHeader {
  readonly name: string;
  readonly mode: number;
  readonly sizeBytes: number;
  readonly modifiedSeconds: number;
  /** The type flag as a character; `0` for the NUL of old archives. */
  readonly type: string;
  readonly linkName: string;
}

/** Undefined for a block of zeros, which ends an archive. Throws BadImage for a block that is no header. */
export function readHeader(block: Buffer): TarHeader | undefined {
  if (block.every((byte) => byte === 0)) return undefined;
  if (!/^[0-7 ]*[\0 ]*$/.test(block.toString("latin1", 148, 156)) || checksum(block) !== number(block, 148, 8)) throw new BadImage("a layer is no tar archive: a header's checksum is wrong");
  const prefix = isUstar(block) ? text(block, 345, 155) : "";
  const name = text(block, 0, 100);
  const type = block[156] === 0 ? "0" : String.fromCharCode(block[156] ?? 0);
  return {
    name: prefix === "" ? name : `${prefix}/${name}`,
    mode: number(block, 100, 8),
    sizeBytes: number(block, 124, 12),
    modifiedSeconds: number(block, 136, 12),
    type,
    linkName: text(block, 157, 100),
  };
}

/** POSIX archives only: GNU's (`ustar  `) keep other things where the prefix would be. */
const isUstar = (block: Buffer): boolean => block.toString("latin1", 257, 263) === "ustar\0";

function text(block: Buffer, start: number, length: number): string {
  const end = block.indexOf(0, start);
  return utf8(block.subarray(start, end === -1 || end > start + length ? start + length : end));
}

/** Names are bytes; what is no UTF-8 could not be told apart any more once it is text. */
export function utf8(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new BadImage("a name in a layer is not UTF-8");
  }
}

/** Octal digits, or (GNU, first bit set) a big-endian number. Negative and unsafe numbers are refused. */
function number(block: Buffer, start: number, length: number): number {
  const first = block[start] ?? 0;
  if (first >= 0x80) {
    let value = first & 0x7f;
    for (let at = start + 1; at < start + length; at++) value = value * 256 + (block[at] ?? 0);
    // Times before 1970 are written as negative numbers and matter to nobody.
    if (first === 0xff) return 0;
    if (!Number.isSafeInteger(value)) throw new BadImage("a number in a layer's header is too large");
    return value;
  }
  const digits = block.toString("latin1", start, start + length).replace(/[\0 ]+$/, "").replace(/^ +/, "");
  if (!/^[0-7]*$/.test(digits)) throw new BadImage("a number in a layer's header is not octal");
  return digits === "" ? 0 : Number.parseInt(digits, 8);
}

/** The sum of all bytes, those of the checksum itself counted as blanks. */
function checksum(block: Buffer): number {
  let sum = 8 * 0x20;
  for (let at = 0; at < BLOCK_BYTES; at++) if (at < 148 || at >= 156) sum += block[at] ?? 0;
  return sum;
}
