// Whatever a program does to its channel, only its own instance suffers, and every call gets an end.
import { describe, expect, test } from "vitest";
import { systemClock } from "../../main/system-clock.ts";
import { ResponseBody } from "../invocations/response-body.ts";
import { answer, bootFunction, invocation, nodeRuntime } from "../../../test/boot-function.ts";

const classic = nodeRuntime();
const cjs = (body: string): Record<string, string> => ({ "index.js": body });

describe.concurrent("A hostile program harms only its own instance:", () => {
  const write = (bytes: string): string => `require('fs').writeSync(3, Buffer.from(${bytes}))`;
  const attacks: Readonly<Record<string, readonly [string, Record<string, unknown>]>> = {
    "garbage frames": [write("'garbage garbage garbage'"), { kind: "exit", signal: "SIGKILL" }],
    "a giant frame": [write("[0xff, 0, 0, 0, 4, 0, 0, 0, 1]"), { kind: "exit", signal: "SIGKILL" }],
    "a frame of an unknown type": [write("[0, 0, 0, 0, 99, 0, 0, 0]"), { kind: "timeout" }],
    "an answer for another request": [write("[0, 0, 0, 2, 4, 1, 0, 0, 65, 66]"), { kind: "timeout" }],
    "a second start": [write("[0, 0, 0, 0, 2, 0, 0, 0]"), { kind: "timeout" }],
    "a closed channel": ["require('fs').closeSync(3)", { kind: "exit", signal: "SIGKILL" }],
  };
  for (const [title, [body, expected]] of Object.entries(attacks)) {
    test(title, async () => {
      await using f = await bootFunction(classic, "index.handler", cjs(`exports.handler = async () => { ${body}; await new Promise((r) => setTimeout(r, 60_000)) }`));
      expect(await f.invoke({}, { deadlineMs: Date.now() + (expected["kind"] === "timeout" ? 700 : 10_000) })).toMatchObject(expected);
      expect(await f.instance().revive(5000)).toMatchObject({ kind: "ready" });
    });
  }

  const frame = "const frame = (type, body) => { const id = Buffer.from(c.awsRequestId); const start = Buffer.alloc(8); start.writeUInt32BE(id.length + body.length); start[4] = type; start[5] = id.length; return Buffer.concat([start, id, body]); }; const send = (...frames) => { const all = Buffer.concat(frames); for (let at = 0; at < all.length; ) try { at += require('fs').writeSync(3, all, at); } catch (error) { if (error.code !== 'EAGAIN') throw error; } };";
  const streams: Readonly<Record<string, readonly [string, boolean]>> = {
    "a stream nobody asked for": ["send(frame(16, Buffer.alloc(0)))", false],
    "a chunk before its stream": ["send(frame(17, Buffer.alloc(9)))", true],
    "more than it has credit for": ["send(frame(16, Buffer.alloc(0)), ...Array.from({ length: 10 }, () => frame(17, Buffer.alloc(60000))))", true],
    "a stream that ends twice": ["send(frame(16, Buffer.alloc(0)), frame(18, Buffer.alloc(0)), frame(18, Buffer.alloc(0)))", true],
  };
  for (const [title, [body, asked]] of Object.entries(streams)) {
    test(title, async () => {
      await using f = await bootFunction(classic, "index.handler", cjs(`exports.handler = async (e, c) => { ${frame} ${body}; await new Promise((r) => setTimeout(r, 60_000)) }`));
      const sink = new ResponseBody(systemClock, { bytesMax: 1e9, bytesPerSecond: Infinity });
      expect(await f.invoke({}, asked ? { sink } : {})).toMatchObject({ kind: "exit", signal: "SIGKILL" });
      expect(sink.sizeBytes).toBeLessThan(300_000);
    });
  }

  test("answers twice", async () => {
    const body = "exports.handler = async (e, c) => { const id = Buffer.from(c.awsRequestId); const f = Buffer.concat([Buffer.from([0, 0, 0, id.length + 1, 4, id.length, 0, 0]), id, Buffer.from('1')]); require('fs').writeSync(3, Buffer.concat([f, f, f])); return 2 }";
    await using f = await bootFunction(classic, "index.handler", cjs(body));
    expect(answer(await f.invoke({}))).toBe(1);
    expect(answer(await f.instance().invoke(invocation({})))).toBe(1);
  });
});
