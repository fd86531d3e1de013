import { expect, test } from "vitest";
import { limits } from "../../kernel/limits.ts";
import { framesOf } from "./framed-log.ts";

function frame(text: string): Buffer {
  const head = Buffer.alloc(16);
  head.writeUInt32BE(0xa55a0003, 0);
  head.writeUInt32BE(Buffer.byteLength(text), 4);
  return Buffer.concat([head, Buffer.from(text)]);
}

function read(chunks: readonly Buffer[]): readonly string[] {
  const events: string[] = [];
  const take = framesOf({ event: (text) => events.push(text) });
  chunks.forEach(take);
  return events;
}

test("frames become events, however they are cut", () => {
  const bytes = Buffer.concat([frame("one\ntwo"), frame(""), frame("ü")]);
  const expected = ["one\ntwo", "", "ü"];
  expect(read([bytes])).toEqual(expected);
  expect(read([...bytes].map((byte) => Buffer.from([byte])))).toEqual(expected);
});

test("a message over the limit is cut, and the next one is read", () => {
  const max = limits.functions.logLineBytesMax;
  expect(read([frame("x".repeat(max + 10)), frame("next")])).toEqual(["x".repeat(max), "next"]);
});

test("what is no frame is left alone", () => {
  expect(read([frame("a"), Buffer.from("plain text, not a frame"), frame("b")])).toEqual(["a"]);
});
