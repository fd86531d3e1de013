import { randomInt } from "node:crypto";
import { expect, test } from "vitest";
import type { Key } from "../../ports/store.ts";
import { decodeKey, encodeKey, endOfPrefix, keyBytes } from "./key-encoding.ts";

/** A generator from 0 to 1 that a seed replays (xorshift32). */
function seeded(seed: number): () => number {
  let state = seed | 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
}

const CHARS = ["\0", "\u0001", "\u0002", "a", "b", "/", "\x7f", "\x80", "é", "ÿ", "\u07ff", "\u0800", "\ud7ff", "\ue000", "\uffff", "😀", "\u{10ffff}"];
const NUMBERS = [0, -0, 1, -1, 0.1, -0.1, 255, 256, 2 ** 31, -(2 ** 31), 2 ** 53, Number.MIN_VALUE, -Number.MIN_VALUE, Number.MAX_VALUE, -Number.MAX_VALUE, Infinity, -Infinity];

function randomKey(random: () => number): Key {
  const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)] as T;
  return Array.from({ length: Math.floor(random() * 4) }, () => {
    if (random() < 0.3) return pick(NUMBERS);
    if (random() < 0.2) return (random() - 0.5) * 10 ** Math.floor(random() * 30);
    return Array.from({ length: Math.floor(random() * 4) }, () => pick(CHARS)).join("");
  });
}

/** The order as the port words it, by another way than the encoding's. */
function compareKeys(a: Key, b: Key): number {
  for (let at = 0; at < Math.min(a.length, b.length); at++) {
    const [left, right] = [a[at] ?? 0, b[at] ?? 0];
    if (typeof left !== typeof right) return typeof left === "number" ? -1 : 1;
    const order = typeof left === "string" ? Buffer.compare(Buffer.from(left), Buffer.from(String(right))) : left === right ? 0 : left < Number(right) ? -1 : 1;
    if (order !== 0) return order;
  }
  return Math.sign(a.length - b.length);
}

const startsWith = (key: Key, prefix: Key): boolean => prefix.length <= key.length && compareKeys(key.slice(0, prefix.length), prefix) === 0;

test("encoded keys order, nest and come back as the tuples do", () => {
  const seed = randomInt(2 ** 31);
  const random = seeded(seed);
  for (let round = 0; round < 30_000; round++) {
    const [a, b] = [randomKey(random), randomKey(random)];
    const [left, right] = [encodeKey(a), encodeKey(b)];
    const where = `seed ${seed}, round ${round}: ${JSON.stringify([a, b])}`;
    expect(Buffer.compare(keyBytes(left), keyBytes(right)), where).toBe(compareKeys(a, b));
    expect(left < right, where).toBe(compareKeys(a, b) < 0);
    expect(left.startsWith(right), where).toBe(startsWith(a, b));
    expect(left >= right && left < endOfPrefix(right), where).toBe(startsWith(a, b));
    expect(decodeKey(keyBytes(left)), where).toEqual(a.map((part) => (part === 0 ? 0 : part)));
  }
});

test("what has no place in the order is refused", () => {
  expect(() => encodeKey(["ok", Number.NaN])).toThrow(/NaN/);
  expect(() => encodeKey(["a\ud83d"])).toThrow(/lone surrogate/);
  expect(() => encodeKey(["\ude00a"])).toThrow(/lone surrogate/);
});

test("the limit counts encoded bytes, those of escapes included", () => {
  expect(encodeKey(["a".repeat(4094)])).toHaveLength(4096);
  expect(() => encodeKey(["a".repeat(4095)])).toThrow(/at most 4096 bytes, this one has 4097/);
  expect(() => encodeKey(["\0".repeat(2048)])).toThrow(/at most 4096 bytes, this one has 4098/);
});
