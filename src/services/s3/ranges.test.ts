// Ranges: which bytes, and which headers are ignored or refused.
import { expect, test } from "vitest";
import { contentRange, parseCopyRange, parseRange } from "./ranges.ts";

test.each([
  ["bytes=0-0", 10, [0, 1]], ["bytes=2-4", 10, [2, 5]], ["bytes=7-", 10, [7, 10]], ["bytes=7-99", 10, [7, 10]], ["bytes=-3", 10, [7, 10]], ["bytes=-99", 10, [0, 10]], [" bytes=0-1 ", 10, [0, 2]],
])("%j of %i bytes is %j", (header, sizeBytes, [start, end]) => {
  expect(parseRange(header, sizeBytes)).toEqual({ start, end });
});

test.each([undefined, "", "bytes", "bytes=", "bytes=-", "bytes=4-2", "bytes=a-b", "bytes=0-1,3-4", "items=0-1", "bytes=0x1-2"])("%j is ignored", (header) => {
  expect(parseRange(header, 10)).toBeUndefined();
});

test.each([["bytes=10-", 10], ["bytes=99-100", 10], ["bytes=-0", 10], ["bytes=0-", 0], ["bytes=-5", 0]])("%j of %i bytes can not be satisfied", (header, sizeBytes) => {
  expect(() => parseRange(header, sizeBytes)).toThrow(expect.objectContaining({ code: "InvalidRange", status: 416 }));
});

test("the answer names the range with its last byte", () => {
  expect(contentRange({ start: 2, end: 5 }, 10)).toBe("bytes 2-4/10");
});

test("a copied part's range has both ends, inside the source", () => {
  expect([parseCopyRange(undefined, 10), parseCopyRange("bytes=0-9", 10)]).toEqual([{ start: 0, end: 10 }, { start: 0, end: 10 }]);
  for (const header of ["bytes=1-", "bytes=-1", "bytes=5-2", "0-1"]) expect(() => parseCopyRange(header, 10)).toThrow("must be of the form bytes=first-last");
  expect(() => parseCopyRange("bytes=0-10", 10)).toThrow("Range specified is not valid for source object of size: 10");
});
