// Numbers and items on their own: exactness, order, and what the store keeps.
import { describe, expect, test } from "vitest";
import { fuzz, FUZZ_SEED, FUZZ_TIMEOUT_MS } from "../../../test/fuzz.ts";
import { equalItems, itemBytes, type Item } from "./attribute-value.ts";
import { addNumbers, canonicalNumber, compareNumbers, InvalidNumber, orderedNumber, subtractNumbers } from "./decimal.ts";
import { packItem, StoredItem, unpackItem, wireItem } from "./packing.ts";

describe(`numbers (FUGAZ_TEST_SEED=${FUZZ_SEED})`, () => {
  let random = (): number => 0;
  const tries = (attempt: () => void): void =>
    fuzz(1 / 3, (from) => {
      random = from;
      attempt();
    });
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T;
  const digits = (count: number): string => Array.from({ length: count }, () => Math.floor(random() * 10)).join("");
  /** Small numbers, close numbers and far ones, in all ways to write them. */
  const number = (): string => `${pick(["", "-", "+"])}${pick(["0", "", digits(3)])}${pick(["", digits(1), digits(12), digits(30)])}${pick(["1", "0"])}${pick(["", ".", `.${digits(2)}`, ".000", ".0001"])}${pick(["", "", "e0", "E+2", "e-3", `e${Math.floor(random() * 80) - 40}`])}`;
  /** The value as a fraction of 10^200, exact for all of these. */
  const exact = (text: string): bigint => {
    const [, sign = "", whole = "", fraction = "", power = "0"] = /^([+-]?)(\d*)\.?(\d*)(?:[eE]([+-]?\d+))?$/.exec(text) ?? [];
    const value = BigInt(`0${whole}${fraction}`) * 10n ** BigInt(200 - fraction.length + Number(power));
    return sign === "-" ? -value : value;
  };

  test("keep their value, have one form, and order as texts as they order as numbers", () => {
    tries(() => {
      const [a, b] = [number(), number()];
      const [left, right] = [canonicalNumber(a), canonicalNumber(b)];
      expect(exact(left), a).toBe(exact(a));
      expect(canonicalNumber(left)).toBe(left);
      const order = exact(a) < exact(b) ? -1 : exact(a) > exact(b) ? 1 : 0;
      expect(Math.sign(compareNumbers(left, right)), `${a} ${b}`).toBe(order);
      const [textA, textB] = [orderedNumber(left), orderedNumber(right)];
      expect(textA < textB ? -1 : textA > textB ? 1 : 0, `${a} ${b}`).toBe(order);
    });
  }, FUZZ_TIMEOUT_MS);

  test("add and subtract exactly, or say that the result has too many digits", () => {
    tries(() => {
      const [a, b] = [canonicalNumber(number()), canonicalNumber(number())];
      for (const [work, expected] of [[addNumbers, exact(a) + exact(b)], [subtractNumbers, exact(a) - exact(b)]] as const) {
        try {
          expect(exact(work(a, b)), `${a} ${b}`).toBe(expected);
        } catch (error) {
          if (!(error instanceof InvalidNumber)) throw error;
          expect(String(expected).replace(/^-|0+$/g, "").length, `${a} ${b}`).toBeGreaterThan(38);
        }
      }
    });
  }, FUZZ_TIMEOUT_MS);

  test("of any text are read as what they say, or refused with their problem", () => {
    const outcomes = new Map<string, number>();
    tries(() => {
      let text = number();
      for (let n = Math.floor(random() * 4); n > 0; n--) {
        const at = Math.floor(random() * (text.length + 1));
        text = text.slice(0, at) + pick(["", "-", "+", ".", "e", "E", "0", "9", " ", "_", "x", "\u0000", "\u0661", digits(40), "0".repeat(140), "e99999999999"]) + text.slice(at + Math.floor(random() * 2));
      }
      let outcome = "read";
      try {
        const read = canonicalNumber(text);
        // What is read is a number in everybody's eyes, and the same one; JavaScript rounds both alike.
        expect(text).toMatch(/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i);
        expect(Number(read), text).toBe(Number(text) + 0);
        expect(orderedNumber(read)).toMatch(/^[012][\d~]*$/);
      } catch (error) {
        if (!(error instanceof InvalidNumber)) throw error;
        outcome = error.problem;
      }
      outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
    });
    expect([...outcomes.keys()].toSorted()).toEqual(["not-a-number", "overflow", "precision", "read", "underflow"]);
  }, FUZZ_TIMEOUT_MS);

  test("that are none, or none of DynamoDB's, are refused with their problem", () => {
    const problem = (text: string): string => {
      try {
        return canonicalNumber(text);
      } catch (error) {
        return error instanceof InvalidNumber ? error.problem : String(error);
      }
    };
    for (const text of ["", ".", "-", "e5", "1e", "0x1", "1_0", " 1", "NaN", "Infinity", "1".repeat(2000)]) expect(problem(text), text).toBe("not-a-number");
    expect(["1e126", "-1e126", "9.9e125"].map(problem)).toEqual(["overflow", "overflow", `99${"0".repeat(124)}`]);
    expect(["1e-131", "1e-130", "0e999999999"].map(problem)).toEqual(["underflow", `0.${"0".repeat(129)}1`, "0"]);
    expect(["1".repeat(39), `${"1".repeat(38)}0`, "0.10000000000000000000000000000000000001"].map(problem)).toEqual(["precision", `${"1".repeat(38)}0`, "0.10000000000000000000000000000000000001"]);
  });
});

test("items come out of the store as they went in, and as JSON for events", () => {
  const item: Item = JSON.parse('{"__proto__":{"S":"p"},"constructor":{"M":{"x":{"L":[{"N":"1"}]}}}}') as Item;
  const bytes: Item = { ...item, b: { B: new Uint8Array([0, 255]) }, l: { L: [{ BS: [new Uint8Array([1]), new Uint8Array()] }] } };
  for (const each of [item, bytes, {}]) expect(equalItems(unpackItem(JSON.parse(JSON.stringify(packItem(each)))), each)).toBe(true);
  for (const each of [item, bytes, {}, { "ä\ud800": { NS: ["5", "-0.5"] }, m: { M: { "": { L: [{ BOOL: true }, { NULL: true }, { N: "0" }] } } } }]) {
    const stored = new StoredItem(JSON.stringify(packItem(each as Item)));
    expect(stored.bytesMax).toBeGreaterThanOrEqual(itemBytes(each as Item));
    expect(JSON.parse(stored.json)).toEqual(wireItem(each as Item));
    expect([equalItems(stored.item, each as Item), stored.bytes]).toEqual([true, itemBytes(each as Item)]);
  }
  expect(packItem(item)).toHaveLength(1);
  expect(wireItem(bytes)).toMatchObject({ b: { B: "AP8=" }, l: { L: [{ BS: ["AQ==", ""] }] } });
  expect(itemBytes({ id: { S: "ä" }, n: { N: "-12.50" }, l: { L: [{ NULL: true }] }, m: { M: { a: { BOOL: true } } } })).toBe(4 + 5 + 6 + 7);
});
