// The table of conditional reads and writes.
import { describe, expect, test } from "vitest";
import { checkCopySource, checkWrite, checkWriteHeaders, judgeRead, type ReadConditions } from "./conditions.ts";

const modifiedMs = Date.UTC(2026, 0, 2, 3, 4, 5, 678);
const object = { etag: "abc", modifiedMs };
const nowMs = modifiedMs + 3_600_000;
const [before, same, after, future] = [new Date(modifiedMs - 1000), new Date(Math.floor(modifiedMs / 1000) * 1000), new Date(modifiedMs + 1000), new Date(nowMs + 1000)];

describe("a read", () => {
  const table: readonly (readonly [ReadConditions, string])[] = [
    [{}, "go"],
    [{ IfMatch: '"abc"' }, "go"],
    [{ IfMatch: "abc" }, "go"],
    [{ IfMatch: "*" }, "go"],
    [{ IfMatch: '"x", "abc"' }, "go"],
    [{ IfMatch: '"x"' }, "failed If-Match"],
    [{ IfUnmodifiedSince: before }, "failed If-Unmodified-Since"],
    [{ IfUnmodifiedSince: same }, "go"],
    [{ IfUnmodifiedSince: after }, "go"],
    [{ IfMatch: '"abc"', IfUnmodifiedSince: before }, "go"],
    [{ IfMatch: '"x"', IfUnmodifiedSince: after }, "failed If-Match"],
    [{ IfNoneMatch: '"abc"' }, "not-modified If-None-Match"],
    [{ IfNoneMatch: "*" }, "not-modified If-None-Match"],
    [{ IfNoneMatch: 'W/"abc"' }, "not-modified If-None-Match"],
    [{ IfNoneMatch: '"x"' }, "go"],
    [{ IfModifiedSince: before }, "go"],
    [{ IfModifiedSince: same }, "not-modified If-Modified-Since"],
    [{ IfModifiedSince: after }, "not-modified If-Modified-Since"],
    [{ IfModifiedSince: future }, "go"],
    [{ IfNoneMatch: '"x"', IfModifiedSince: after }, "go"],
    [{ IfNoneMatch: '"abc"', IfModifiedSince: before }, "not-modified If-None-Match"],
    [{ IfMatch: '"abc"', IfNoneMatch: '"abc"' }, "not-modified If-None-Match"],
    [{ IfMatch: '"x"', IfNoneMatch: '"abc"' }, "failed If-Match"],
  ];
  test.each(table)("with %j: %s", (conditions, expected) => {
    const verdict = judgeRead(conditions, object, nowMs);
    expect(verdict.kind === "go" ? "go" : `${verdict.kind} ${verdict.condition}`).toBe(expected);
  });
});

test("a copy has no 304: every condition that does not hold is a 412", () => {
  const failing = [{ CopySourceIfMatch: '"x"' }, { CopySourceIfNoneMatch: '"abc"' }, { CopySourceIfModifiedSince: after }, { CopySourceIfUnmodifiedSince: before }];
  const conditions = failing.map((condition) => {
    try {
      checkCopySource(condition, object, nowMs);
      return "held";
    } catch (error) {
      return (error as { members: { Condition?: string } }).members.Condition;
    }
  });
  expect(conditions).toEqual(["Match", "None-Match", "Modified-Since", "Unmodified-Since"].map((name) => `x-amz-copy-source-If-${name}`));
});

describe("a write", () => {
  test("may ask for the one entity tag, or for nothing at all", () => {
    expect(() => checkWrite({ IfMatch: '"abc"' }, object, "k")).not.toThrow();
    expect(() => checkWrite({ IfMatch: '"x"' }, object, "k")).toThrow("At least one of the pre-conditions you specified did not hold");
    expect(() => checkWrite({ IfMatch: '"abc"' }, undefined, "k")).toThrow("The specified key does not exist.");
    expect(() => checkWrite({ IfNoneMatch: "*" }, undefined, "k")).not.toThrow();
    expect(() => checkWrite({ IfNoneMatch: "*" }, object, "k")).toThrow("At least one of the pre-conditions");
  });

  test.each([[{ IfMatch: "*" }], [{ IfNoneMatch: '"abc"' }], [{ IfMatch: '"abc"', IfNoneMatch: "*" }]])("does not take %j", (conditions) => {
    expect(() => checkWriteHeaders(conditions)).toThrow("A header you provided implies functionality that is not implemented");
  });
});
