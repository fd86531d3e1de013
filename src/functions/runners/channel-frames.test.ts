// Frames survive any cutting of the stream, cost linear time, and refuse nonsense.
import { expect, test } from "vitest";
import { FrameReader, frameStart, frameType } from "./channel-frames.ts";
import { OutputLines } from "./output-lines.ts";

const frames = [
  { type: frameType.log, requestId: "", head: "INFO", body: Buffer.from("héllo\nworld") },
  { type: frameType.result, requestId: "id", head: "", body: Buffer.alloc(1000, 7) },
  { type: frameType.ready, requestId: "", head: "", body: Buffer.alloc(0) },
];
const stream = Buffer.concat(frames.flatMap(({ type, requestId, head, body }) => [frameStart(type, requestId, head, body.length), body]));

test("Frames come out as they went in, however the stream is cut", () => {
  for (let size = 1; size <= stream.length; size++) {
    const got: unknown[] = [];
    const reader = new FrameReader(1000, (frame) => got.push({ ...frame, body: Buffer.from(frame.body) }));
    for (let at = 0; at < stream.length; at += size) reader.push(stream.subarray(at, at + size));
    expect(got).toEqual(frames);
  }
});

test("A frame that is too large or shorter than its own head breaks the reader", () => {
  expect(() => new FrameReader(10, () => {}).push(Buffer.from([0xff, 0, 0, 0, 4, 0, 0, 0]))).toThrow("frame of");
  expect(() => new FrameReader(10, () => {}).push(Buffer.from([0, 0, 0, 1, 4, 9, 0, 0]))).toThrow("shorter");
});

test("Output becomes lines, however it is cut; a line over the limit becomes several without splitting a character", () => {
  const text = Buffer.from("one\n\ntwo €€€€€€\nrest");
  for (let size = 1; size <= text.length; size++) {
    const got: string[] = [];
    const lines = new OutputLines(8, (line) => got.push(line));
    for (let at = 0; at < text.length; at += size) lines.push(text.subarray(at, at + size));
    lines.flush();
    expect(got.join("|").replaceAll("|", "")).toBe("onetwo €€€€€€rest");
    expect(got.every((line) => Buffer.byteLength(line) <= 8)).toBe(true);
    expect(got.slice(0, 2)).toEqual(["one", ""]);
  }
});
