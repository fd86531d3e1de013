// The pattern language: each operator, what is refused, and random patterns against random events.
import { describe, expect, test } from "vitest";
import { fuzz, FUZZ_SEED, FUZZ_TIMEOUT_MS } from "../../../test/fuzz.ts";
import { parseJson, PatternProblem, readEventPattern } from "./event-pattern.ts";

const matches = (pattern: unknown, event: unknown): boolean => readEventPattern(JSON.stringify(pattern)).matches(parseJson(JSON.stringify(event)));

describe("a pattern", () => {
  test.each<[string, unknown, unknown, unknown]>([
    ["a text", { a: ["x", "y"] }, { a: "y" }, { a: "z" }],
    ["one of a list of values", { a: ["x"] }, { a: ["w", "x"] }, { a: ["w"] }],
    ["null, which is not absent", { a: [null] }, { a: null }, {}],
    ["the empty text", { a: [""] }, { a: "" }, { a: null }],
    ["a boolean", { a: [true] }, { a: true }, { a: "true" }],
    ["a number, not its text", { a: [1] }, { a: 1 }, { a: "1" }],
    ["all fields", { a: [1], b: { c: ["x"] } }, { a: 1, b: { c: "x", d: 0 } }, { a: 1, b: { d: "x" } }],
    ["a prefix", { a: [{ prefix: "ab" }] }, { a: "abc" }, { a: "xab" }],
    ["a prefix in any case", { a: [{ prefix: { "equals-ignore-case": "AB" } }] }, { a: "abc" }, { a: "bc" }],
    ["a suffix", { a: [{ suffix: ".png" }] }, { a: "x.png" }, { a: "x.png.txt" }],
    ["a suffix in any case", { a: [{ suffix: { "equals-ignore-case": ".PNG" } }] }, { a: "x.png" }, { a: "x.gif" }],
    ["a text in any case", { a: [{ "equals-ignore-case": "Alpha" }] }, { a: "aLPHA" }, { a: "alph" }],
    ["anything but a text", { a: [{ "anything-but": "x" }] }, { a: "y" }, { a: "x" }],
    ["anything but texts", { a: [{ "anything-but": ["x", "y"] }] }, { a: "z" }, { a: "y" }],
    ["anything but numbers", { a: [{ "anything-but": [1, 2] }] }, { a: 3 }, { a: 2 }],
    ["anything but a prefix", { a: [{ "anything-but": { prefix: "x" } }] }, { a: "yx" }, { a: "xy" }],
    ["anything but prefixes", { a: [{ "anything-but": { prefix: ["x", "z"] } }] }, { a: "y" }, { a: "z1" }],
    ["anything but a suffix", { a: [{ "anything-but": { suffix: "x" } }] }, { a: "xy" }, { a: "yx" }],
    ["anything but a text in any case", { a: [{ "anything-but": { "equals-ignore-case": ["X", "y"] } }] }, { a: "z" }, { a: "Y" }],
    ["anything but a wildcard", { a: [{ "anything-but": { wildcard: "*/lib/*" } }] }, { a: "a/b" }, { a: "a/lib/b" }],
    ["anything but needs the field", { a: [{ "anything-but": "x" }] }, { a: 5 }, {}],
    ["a number equal", { a: [{ numeric: ["=", 3] }] }, { a: 3.0 }, { a: 4 }],
    ["a number in a range", { a: [{ numeric: [">=", 100, "<", 200] }] }, { a: 100 }, { a: 200 }],
    ["a number, not a text", { a: [{ numeric: ["<", 200] }] }, { a: -1 }, { a: "-1" }],
    ["a field that is there", { a: [{ exists: true }] }, { a: null }, { b: 1 }],
    ["a field that is not there", { a: { b: [{ exists: false }] } }, { a: { c: 1 } }, { a: { b: 1 } }],
    ["a field below one that is not there", { a: { b: [{ exists: false }] } }, {}, { a: { b: "" } }],
    ["leaves only", { a: [{ exists: false }] }, { a: { b: 1 } }, { a: 1 }],
    ["an address of IPv4", { a: [{ cidr: "10.0.0.0/24" }] }, { a: "10.0.0.255" }, { a: "10.0.1.0" }],
    ["an address of IPv6", { a: [{ cidr: "2001:db8::/32" }] }, { a: "2001:0db8:1::1" }, { a: "2001:db9::1" }],
    ["a wildcard", { a: [{ wildcard: "a*c*e" }] }, { a: "abcde" }, { a: "abde" }],
    ["a star that is meant", { a: [{ wildcard: "a\\*b" }] }, { a: "a*b" }, { a: "axb" }],
    ["one of two", { $or: [{ a: [1] }, { b: [2] }] }, { b: 2 }, { a: 2 }],
    ["one of two and more", { c: [1], $or: [{ a: [1] }, { b: [2] }] }, { b: 2, c: 1 }, { b: 2 }],
    ["objects in arrays", { a: { b: [1], c: [2] } }, { a: [{ b: 1, c: 2 }, {}] }, { a: [{ b: 1 }, { c: 2 }] }],
    ["one operator or another", { a: [{ prefix: "x" }, { exists: false }] }, {}, { a: "y" }],
  ])("wants %s", (_what, pattern, wanted, unwanted) => {
    expect([matches(pattern, wanted), matches(pattern, unwanted)]).toEqual([true, false]);
  });

  test("compares numbers as they are spelled, except where it says numeric", () => {
    const exact = readEventPattern('{"a": [300]}');
    expect(exact.spellsNumbers).toBe(true);
    expect(['{"a": 300}', '{"a": 300.0}', '{"a": 3e2}'].map((text) => exact.matches(parseJson(text)))).toEqual([true, false, false]);
    expect(readEventPattern('{"a": [{"numeric": ["=", 300]}]}').matches(parseJson('{"a": 3.0e2}'))).toBe(true);
  });

  test("takes the last of two fields of one name, and names its fields", () => {
    const pattern = readEventPattern('{"a": ["x"], "a": ["y"], "$or": [{"b": [1]}, {"c": [1]}]}');
    expect(pattern.matches({ a: "y", b: 1 })).toBe(true);
    expect([...pattern.fields]).toEqual(["a", "b", "c"]);
  });

  test.each([
    "null", "simple string", '"text"', "[]", "{}", '{"a": "x"}', '{"a": []}', '{"a": {}}', '{"a": [[1]]}', '{"a": [{}]}', '{"a": [{"prefix": "x", "suffix": "y"}]}', '{"a": [{"prefix": 1}]}',
    '{"a": [{"unknown": 1}]}', '{"a": [{"exists": "yes"}]}', '{"a": [{"numeric": "5"}]}', '{"a": [{"numeric": [">"]}]}', '{"a": [{"numeric": ["!", 1]}]}', '{"a": [{"numeric": ["<", 1, ">", 0]}]}',
    '{"a": [{"numeric": [">", 5, "<", 1]}]}', '{"a": [{"numeric": ["=", "1"]}]}', '{"a": [{"numeric": ["=", 6000000000]}]}', '{"a": [{"cidr": "10.0.0.0"}]}', '{"a": [{"cidr": "10.0.0.0/33"}]}',
    '{"a": [{"cidr": "::1::/8"}]}', '{"a": [{"wildcard": "a**b"}]}', '{"a": [{"wildcard": "a\\\\b"}]}', '{"a": [{"anything-but": [1, "x"]}]}', '{"a": [{"anything-but": []}]}', '{"a": [{"anything-but": [null]}]}',
    '{"a": [{"anything-but": {"prefix": ""}}]}', '{"a": [{"anything-but": {"numeric": ["=", 1]}}]}', '{"$or": [{"a": [1]}, {}]}', '{"a": [1],}',
  ])("is refused: %s", (text) => {
    expect(() => readEventPattern(text)).toThrow(PatternProblem);
  });

  test("never loses itself in an event, however deep", () => {
    const deep = JSON.parse(`${'{"a":'.repeat(5000)}1${"}".repeat(5000)}`) as unknown;
    const nested = JSON.parse(`{"a":${"[".repeat(50_000)}1${"]".repeat(50_000)}}`) as unknown;
    for (const pattern of [{ a: [1] }, { a: { a: [{ exists: false }] } }, { a: [{ "anything-but": 1 }] }]) expect([matches2(pattern, deep), matches2(pattern, nested)].every((answer) => typeof answer === "boolean")).toBe(true);
  });
});

const matches2 = (pattern: unknown, event: unknown): boolean => readEventPattern(JSON.stringify(pattern)).matches(event);

describe("random patterns", () => {
  let next = (): number => 0;
  const random = (below: number): number => Math.floor(next() * below);
  const pick = <T>(list: readonly T[]): T => list[random(list.length)] as T;
  const tries = (attempt: () => void): void =>
    fuzz(1 / 10, (from) => {
      next = from;
      attempt();
    });

  test(`are read or refused, and answer for any event (FUGAZ_TEST_SEED=${FUZZ_SEED})`, () => {
    tries(() => {
      const text = mutated(JSON.stringify(value(4)));
      try {
        const pattern = readEventPattern(text);
        expect(typeof pattern.matches(value(4))).toBe("boolean");
      } catch (error) {
        expect(error, text).toBeInstanceOf(PatternProblem);
      }
    });
  }, FUZZ_TIMEOUT_MS);

  test(`made of an event match it, and no longer when one value is another (FUGAZ_TEST_SEED=${FUZZ_SEED})`, () => {
    tries(() => {
      const event = Object.fromEntries(Array.from({ length: 1 + random(3) }, (_, n) => [`k${n}`, random(3) === 0 ? { deep: scalar() } : scalar()]));
      const pattern = Object.fromEntries(Object.entries(event).map(([name, found]) => [name, typeof found === "object" && found !== null && "deep" in found ? { deep: [found.deep] } : [found]]));
      expect(matches(pattern, event)).toBe(true);
      expect(matches({ ...pattern, k0: { other: ["\u0000"] } }, event)).toBe(false);
      expect(matches({ k0: [{ "anything-but": ["\u0000"] }] }, { k0: scalar() })).toBe(true);
    });
  }, FUZZ_TIMEOUT_MS);

  test(`of stars agree with regular expressions (FUGAZ_TEST_SEED=${FUZZ_SEED})`, () => {
    tries(() => {
      const pattern = Array.from({ length: random(7) }, () => pick(["a", "b", "*"])).join("").replaceAll(/\*+/g, "*");
      const text = Array.from({ length: random(9) }, () => pick(["a", "b"])).join("");
      expect(matches({ k: [{ wildcard: pattern }] }, { k: text }), `${pattern} ${text}`).toBe(new RegExp(`^${pattern.replaceAll("*", ".*")}$`).test(text));
    });
  }, FUZZ_TIMEOUT_MS);

  function scalar(): unknown {
    return pick<unknown>(["", "a", "ab", null, true, false, 0, 1, -2.5, 1e21]);
  }
  function value(depth: number): unknown {
    const kind = depth === 0 ? 0 : random(4);
    if (kind === 0) return scalar();
    if (kind === 1) return Array.from({ length: random(4) }, () => value(depth - 1));
    const names = ["a", "b", "$or", "prefix", "suffix", "exists", "numeric", "cidr", "wildcard", "anything-but", "equals-ignore-case"];
    return Object.fromEntries(Array.from({ length: random(3) + 1 }, () => [pick(names), value(depth - 1)]));
  }
  function mutated(text: string): string {
    if (random(4) > 0) return text;
    const at = random(text.length + 1);
    return `${text.slice(0, at)}${pick(['"', "{", "]", "\\", "*", "9", ""])}${text.slice(at + random(2))}`;
  }
});
