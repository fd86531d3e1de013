// The `cidr` operator of event patterns: addresses of IPv4 and IPv6 within a block, as numbers.
import { PatternProblem } from "./problem.ts";

/** Throws PatternProblem when the block is none. */
export function cidrTest(block: string): (value: unknown) => boolean {
  const [, address = "", length = ""] = /^([^/]+)\/(\d{1,3})$/.exec(block) ?? [];
  const network = addressOf(address);
  const bits = Number(length);
  if (!network || length === "" || bits > network.bits) throw new PatternProblem(`Malformed CIDR, one '/' required: ${block}`);
  const shift = BigInt(network.bits - bits);
  const wanted = network.value >> shift;
  return (value) => {
    const found = typeof value === "string" ? addressOf(value) : undefined;
    return found !== undefined && found.bits === network.bits && found.value >> shift === wanted;
  };
}

interface Address {
  readonly bits: 32 | 128;
  readonly value: bigint;
}

/** The longest text an address has: eight groups, the last two of which may be written as IPv4. */
const TEXT_MAX = 45;

function addressOf(text: string): Address | undefined {
  if (text.length > TEXT_MAX) return undefined;
  if (!text.includes(":")) {
    const value = fourOf(text);
    return value === undefined ? undefined : { bits: 32, value };
  }
  const value = sixOf(text);
  return value === undefined ? undefined : { bits: 128, value };
}

function fourOf(text: string): bigint | undefined {
  const parts = text.split(".");
  if (parts.length !== 4 || !parts.every((part) => /^\d{1,3}$/.test(part) && Number(part) < 256)) return undefined;
  return parts.reduce((sum, part) => (sum << 8n) | BigInt(part), 0n);
}

function sixOf(text: string): bigint | undefined {
  const tail = /^(.*:)(\d+\.\d+\.\d+\.\d+)$/.exec(text);
  const four = tail ? fourOf(tail[2] ?? "") : undefined;
  if (tail && four === undefined) return undefined;
  const whole = tail && four !== undefined ? `${tail[1]}${(four >> 16n).toString(16)}:${(four & 0xffffn).toString(16)}` : text;
  const [head = "", rest, ...more] = whole.split("::");
  if (more.length > 0) return undefined;
  const [before, after] = [groupsOf(head), rest === undefined ? [] : groupsOf(rest)];
  if (!before || !after) return undefined;
  const missing = 8 - before.length - after.length;
  if (rest === undefined ? missing !== 0 : missing < 1) return undefined;
  const zeros: readonly bigint[] = Array.from({ length: missing }, () => 0n);
  return [...before, ...zeros, ...after].reduce((sum, group) => (sum << 16n) | group, 0n);
}

function groupsOf(text: string): readonly bigint[] | undefined {
  if (text === "") return [];
  const groups = text.split(":");
  return groups.every((group) => /^[0-9a-f]{1,4}$/i.test(group)) ? groups.map((group) => BigInt(`0x${group}`)) : undefined;
}
