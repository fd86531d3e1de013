// Access key ids carry their account: the original packs it into the id's base32 digits, and so do the keys issued here.
import { randomBytes } from "node:crypto";

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
const DIGITS = 16;
const ACCOUNT_SHIFT = 7n;
const ACCOUNT_MASK = (1n << 40n) - 1n;

/** A new key id of 20 characters with a prefix such as `ASIA`, from which the account can be read. */
export function newAccessKeyId(prefix: "AKIA" | "ASIA", account: string): string {
  // 80 bits: a flag, 40 bits of account, 39 random bits. The original's keys since 2019 have the flag set; ours never do.
  const random = BigInt(`0x${randomBytes(5).toString("hex")}`) & ((1n << 39n) - 1n);
  return prefix + toBase32((BigInt(account) << 39n) | random);
}

/** The account inside any access key id of the usual form, here's or the original's; undefined when there is none. */
export function accountInAccessKey(accessKeyId: string): string | undefined {
  const digits = /^[A-Z]{4}([A-Z2-7]{16})$/.exec(accessKeyId)?.[1];
  if (digits === undefined) return undefined;
  const account = (fromBase32(digits) >> (32n + ACCOUNT_SHIFT)) & ACCOUNT_MASK;
  return account >= 10n ** 12n ? undefined : account.toString().padStart(12, "0");
}

/** The account of a temporary key issued here; undefined for keys of other makers, which must not choose an account by chance. */
export function accountOfIssuedKey(accessKeyId: string): string | undefined {
  return /^ASIA[A-P]/.test(accessKeyId) ? accountInAccessKey(accessKeyId) : undefined;
}

function toBase32(bits: bigint): string {
  let text = "";
  for (let digit = DIGITS - 1; digit >= 0; digit--) text += ALPHABET[Number((bits >> BigInt(5 * digit)) & 31n)] ?? "";
  return text;
}

function fromBase32(text: string): bigint {
  let bits = 0n;
  for (const character of text) bits = (bits << 5n) | BigInt(ALPHABET.indexOf(character));
  return bits;
}
