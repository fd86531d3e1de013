// Orders: of keys, of stamps, of versions, of turns, of the parts of an object.
import { expect, test } from "vitest";
import { fakeClock } from "../../kernel/fake-clock.ts";
import { partsCount, partSpan, piecesOf, runsOf } from "./part-runs.ts";
import { compareKeys, successor } from "./prefixes.ts";
import { commonPrefix } from "./scan.ts";
import { openStamps, sequencerOf, stampOf, uploadIdOf, versionIdOf } from "./stamps.ts";
import { openTurns } from "../../kernel/turns.ts";

test.each([["a", "b"], ["a/", "a0"], ["é", "ê"], ["\ud7ff", "\ue000"], ["\uffff", "\u{10000}"], ["a\u{10ffff}", "b"], ["\u{10ffff}", undefined], ["", undefined]])("what begins with %j ends before %j", (prefix, expected) => {
  expect(successor(prefix)).toBe(expected);
});

test("keys order by their bytes, where JavaScript's own order differs", () => {
  expect(compareKeys("\uffee", "\u{1f600}")).toBeLessThan(0);
  expect(["\u{1f600}", "\uffee", "a/b", "a"].toSorted(compareKeys)).toEqual(["a", "a/b", "\uffee", "\u{1f600}"]);
});

test("a common prefix ends with the first delimiter behind the prefix", () => {
  expect([commonPrefix("a/b/c", "", "/"), commonPrefix("a/b/c", "a/", "/"), commonPrefix("a/b", "a/", "/"), commonPrefix("a--b", "", "--"), commonPrefix("ab", "", "")]).toEqual(["a/", "a/b/", undefined, "a--", undefined]);
});

test("stamps grow though the clock stands still, and beyond what the key had", async () => {
  const clock = fakeClock();
  const stamps = openStamps(clock);
  const given = [stamps.next(), stamps.next(), stamps.next(clock.now() * 1000 + 500), stamps.next()];
  await clock.advance(1000);
  given.push(stamps.next());
  expect(given.toSorted((a, b) => a - b)).toEqual(given);
  expect(new Set(given).size).toBe(given.length);
  const sequencers = given.map(sequencerOf);
  expect(sequencers.toSorted()).toEqual(sequencers);
  expect(given.map((stamp) => stampOf(versionIdOf(stamp)))).toEqual(given);
  expect(given.map(uploadIdOf).toSorted().map((id) => id.slice(0, 14))).toEqual(given.map((stamp) => uploadIdOf(stamp).slice(0, 14)));
});

test.each(["", "null", "short", "HPniJFCxqTsMuIH9KX8K8wEjNUgmABCD", "!".repeat(32)])("%j is no version id of ours", (text) => {
  expect(stampOf(text)).toBeUndefined();
});

test("turns of one name follow each other, failures included; other names do not wait", async () => {
  const turns = openTurns();
  const log: string[] = [];
  let open: () => void = () => undefined;
  const gate = new Promise<void>((resolve) => (open = resolve));
  const first = turns.take(["a"], async () => {
    await gate;
    log.push("first");
    throw new Error("failed");
  });
  const second = turns.take(["a"], async () => log.push("second"));
  await turns.take(["b"], async () => log.push("other"));
  open();
  await expect(first).rejects.toThrow("failed");
  await second;
  expect(log).toEqual(["other", "first", "second"]);
});

test("parts of one size are one run, and any byte is found in its part", () => {
  const parts = [...Array.from({ length: 9_999 }, (_, at) => ({ number: at + 1, sizeBytes: 5 })), { number: 10_000, sizeBytes: 2 }];
  const runs = runsOf(parts);
  expect([runs, partsCount(runs)]).toEqual([[[1, 9_999, 5], [10_000, 1, 2]], 10_000]);
  expect([partSpan(runs, 1), partSpan(runs, 10_000), partSpan(runs, 10_001)]).toEqual([{ start: 0, end: 5 }, { start: 49_995, end: 49_997 }, undefined]);
  expect([...piecesOf(runs, 3, 12)]).toEqual([{ number: 1, start: 3, end: 5 }, { number: 2, start: 0, end: 5 }, { number: 3, start: 0, end: 2 }]);
  expect([...piecesOf(runs, 49_994, 49_997)]).toEqual([{ number: 9_999, start: 4, end: 5 }, { number: 10_000, start: 0, end: 2 }]);
});

test("part numbers may have gaps, and a part may be empty", () => {
  const runs = runsOf([{ number: 2, sizeBytes: 3 }, { number: 5, sizeBytes: 3 }, { number: 6, sizeBytes: 0 }]);
  expect([runs, partSpan(runs, 5), partSpan(runs, 3), [...piecesOf(runs, 0, 6)]]).toEqual([
    [[2, 1, 3], [5, 1, 3], [6, 1, 0]], { start: 3, end: 6 }, undefined, [{ number: 2, start: 0, end: 3 }, { number: 5, start: 0, end: 3 }],
  ]);
});
