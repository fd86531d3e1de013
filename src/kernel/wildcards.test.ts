import { expect, test } from "vitest";
import { matchesWildcards } from "./wildcards.ts";

test("a star stands for any text, also for none", () => {
  expect(matchesWildcards("a*b*c", "a--b--b--c")).toBe(true);
  expect(matchesWildcards("a*b*c", "abc")).toBe(true);
  expect(matchesWildcards("a*b*c", "a--b--b--d")).toBe(false);
  expect(matchesWildcards("*", "")).toBe(true);
  expect(matchesWildcards("", "a")).toBe(false);
});

test("a question mark stands for one character only where it is asked to", () => {
  expect(matchesWildcards("a?c", "abc", "?")).toBe(true);
  expect(matchesWildcards("a?", "a", "?")).toBe(false);
  expect(matchesWildcards("a?c", "abc")).toBe(false);
  expect(matchesWildcards("a?c", "a?c")).toBe(true);
});

test("many stars do not explode", () => {
  expect(matchesWildcards(`${"*a".repeat(100)}b`, "a".repeat(20_000))).toBe(false);
});
