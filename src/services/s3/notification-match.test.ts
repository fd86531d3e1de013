// Which events a configuration concerns, and which configurations overlap.
import { expect, test } from "vitest";
import { matches, overlap } from "./notification-match.ts";
import type { NotificationRule } from "./records.ts";

const target = (events: readonly string[], prefix = "", suffix = ""): NotificationRule => ({
  id: "x", events, filters: [{ name: "prefix", value: prefix }, { name: "suffix", value: suffix }],
});

test.each([
  [["s3:ObjectCreated:*"], "", "", "ObjectCreated:Put", "k", true],
  [["s3:ObjectCreated:Put"], "", "", "ObjectCreated:Put", "k", true],
  [["s3:ObjectCreated:Copy"], "", "", "ObjectCreated:Put", "k", false],
  [["s3:ObjectRemoved:*"], "", "", "ObjectCreated:Put", "k", false],
  [["s3:ObjectRemoved:*", "s3:ObjectCreated:*"], "", "", "ObjectCreated:Put", "k", true],
  [["s3:ObjectCreated:*"], "in/", ".png", "ObjectCreated:Put", "in/a.png", true],
  [["s3:ObjectCreated:*"], "in/", ".png", "ObjectCreated:Put", "out/in/a.png", false],
  [["s3:ObjectCreated:*"], "in/", ".png", "ObjectCreated:Put", "in/a.PNG", false],
  [["s3:ObjectCreated:*"], "abc", "bcd", "ObjectCreated:Put", "abcd", true],
  [["s3:ObjectCreated:*"], "é", "", "ObjectCreated:Put", "é/1", true],
])("%j with prefix %j and suffix %j and %s of %s: %s", (events, prefix, suffix, event, key, expected) => {
  expect(matches(target(events, prefix, suffix), event, key)).toBe(expected);
});

test("no filters match every key", () => {
  expect(matches({ id: "x", events: ["s3:ObjectCreated:*"] }, "ObjectCreated:Put", "any")).toBe(true);
});

test.each([
  [target(["s3:ObjectCreated:*"]), target(["s3:ObjectCreated:Put"]), true],
  [target(["s3:ObjectCreated:Put"]), target(["s3:ObjectCreated:Copy"]), false],
  [target(["s3:ObjectCreated:*"], "a/"), target(["s3:ObjectCreated:*"], "b/"), false],
  [target(["s3:ObjectCreated:*"], "a/"), target(["s3:ObjectCreated:*"], "a/b/"), true],
  [target(["s3:ObjectCreated:*"], "", ".png"), target(["s3:ObjectCreated:*"], "", ".jpg"), false],
  [target(["s3:ObjectCreated:*"], "a/", ".png"), target(["s3:ObjectCreated:*"], "", "g"), true],
  [target(["s3:ObjectCreated:*"], "a/", ".png"), target(["s3:ObjectCreated:*"], "b/", ".png"), false],
])("%# overlap is seen from both sides", (a, b, expected) => {
  expect([overlap(a, b), overlap(b, a)]).toEqual([expected, expected]);
});
