// The CRC of a whole from the CRCs of its parts, without reading a byte: how a multipart object gets its full-object checksum.
import { polynomials } from "./crc.ts";

export type CrcName = keyof typeof polynomials;

export interface Piece {
  readonly crc: bigint;
  readonly sizeBytes: number;
}

/** Product of two polynomials modulo the CRC's, all in reflected form (the highest bit is x to the power 0). */
function multiply(a: bigint, b: bigint, name: CrcName): bigint {
  const { bits, polynomial } = polynomials[name];
  let product = 0n;
  for (let bit = BigInt(bits - 1); bit >= 0n; bit--) {
    if ((a >> bit) & 1n) product ^= b;
    b = b & 1n ? (b >> 1n) ^ polynomial : b >> 1n;
  }
  return product;
}

/** x to the power of `8 * bytes`: what `bytes` further bytes do to a CRC. */
function shift(bytes: number, name: CrcName): bigint {
  const { bits } = polynomials[name];
  let power = 1n << BigInt(bits - 9);
  let result = 1n << BigInt(bits - 1);
  for (let rest = bytes; rest > 0; rest = Math.floor(rest / 2)) {
    if (rest % 2 === 1) result = multiply(power, result, name);
    power = multiply(power, power, name);
  }
  return result;
}

/** The CRC of the pieces laid end to end. Parts of one size are the rule, so the costly power is remembered by size. */
export function combineCrcs(name: CrcName, pieces: Iterable<Piece>): bigint {
  const shifts = new Map<number, bigint>();
  let whole = 0n;
  for (const { crc, sizeBytes } of pieces) {
    const factor = shifts.get(sizeBytes) ?? shift(sizeBytes, name);
    shifts.set(sizeBytes, factor);
    whole = multiply(factor, whole, name) ^ crc;
  }
  return whole;
}
