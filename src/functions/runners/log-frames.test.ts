// Framed log messages, whole, in pieces, too long, and broken.
import { describe, expect, test } from "vitest";
import { LogFrames } from "./log-frames.ts";

function frame(text: string, type = 0xa55a0003): Buffer {
  const body = Buffer.from(text);
  const head = Buffer.alloc(16);
  head.writeUInt32BE(type, 0);
  head.writeUInt32BE(body.length, 4);
  head.writeBigUInt64BE(1_700_000_000_000_000n, 8);
  return Buffer.concat([head, body]);
}

describe("Framed log messages", () => {
  const read = (chunks: readonly Buffer[]) => {
    const messages: string[] = [];
    const frames = new LogFrames((text) => messages.push(text));
    return { messages, understood: chunks.every((chunk) => frames.push(chunk)) };
  };

  test("of several lines are one, whatever their format and level", () => {
    const types = [0xa55a0001, 0xa55a0003, 0xa55a0002, 0xa55a0003 | 0x14, 0xa55a0002 | 0x18];
    const all = Buffer.concat(types.map((type) => frame("a\nb\n", type >>> 0)));
    expect(read([all])).toEqual({ messages: types.map(() => "a\nb\n"), understood: true });
    expect(read([...all].map((byte) => Buffer.of(byte)))).toEqual({ messages: types.map(() => "a\nb\n"), understood: true });
  });

  test("may be empty, and are cut when they are longer than an event", () => {
    expect(read([frame(""), frame("x".repeat(600_000))]).messages.map((text) => text.length)).toEqual([0, 262_144, 262_144, 75_712]);
  });

  test("end where something else begins", () => {
    expect(read([frame("fine"), Buffer.from("this is no frame at all")])).toEqual({ messages: ["fine"], understood: false });
  });
});
