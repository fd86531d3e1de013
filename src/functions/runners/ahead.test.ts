// Events that lie with a program before their turn: they are run one after the other, heard when their turn comes, and can be had back until they begin.
import { existsSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { answer, bootFunction, invocation, nodeRuntime, python, pythonRuntime, type Booted } from "../../../test/boot-function.ts";
import type { Invocation } from "../runner.ts";

let dir: string;
beforeAll(async () => void (dir = await mkdtemp(join(tmpdir(), "fugaz-ahead-"))));
afterAll(() => rm(dir, { recursive: true, force: true }));

/** Tells when it begins by a file, waits for another when told to, and says what ran beside it. */
const HANDLER = `
  const fs = require('fs');
  let running = 0;
  exports.handler = async ({ n, begun, until, exit, raw }) => {
    running++;
    console.log('event ' + n);
    if (begun) fs.writeFileSync(begun, '');
    while (until && !fs.existsSync(until)) await new Promise((resolve) => setTimeout(resolve, 5));
    if (exit) process.exit(3);
    if (raw) fs.writeSync(1, 'raw\\n');
    return { n, beside: --running };
  };`;
const boot = (body = HANDLER): Promise<Booted> => bootFunction(nodeRuntime(), "index.handler", { "index.js": body });

let files = 0;
const newFile = (): string => join(dir, `f${files++}`);
const there = (file: string): Promise<void> => vi.waitUntil(() => existsSync(file), { timeout: 20_000, interval: 5 }).then(() => undefined);
const said = (f: Booted): readonly string[] => f.logs.map((line) => line.slice(line.lastIndexOf("\t") + 1));

/** Begins A, which runs until `release`, with events behind it. */
async function behind(f: Booted, ...events: readonly object[]): Promise<{ readonly a: Promise<unknown>; readonly sent: readonly Invocation[]; readonly release: () => Promise<void> }> {
  const [begun, until] = [newFile(), newFile()];
  const a = f.invoke({ n: "a", begun, until }).then(answer);
  await there(begun);
  const sent = events.map((event) => invocation(event));
  for (const each of sent) expect(f.instance().sendAhead(each, false)).toBe(true);
  return { a, sent, release: () => writeFile(until, "") };
}

describe.concurrent("Events sent ahead", () => {
  test("run one after the other, and nothing of them is heard before their turn", async () => {
    await using f = await boot();
    const done = newFile();
    const { a, sent, release } = await behind(f, { n: "b" }, { n: "c", begun: done });
    await release();
    expect(await a).toEqual({ n: "a", beside: 0 });
    await there(done);
    expect(said(f)).toEqual(["event a"]);
    for (const [index, n] of ["b", "c"].entries()) {
      expect(answer(await f.instance().invoke(sent[index] as Invocation))).toEqual({ n, beside: 0 });
      expect(said(f).at(-1)).toBe(`event ${n}`);
    }
    expect(answer(await f.invoke({ n: "d" }))).toEqual({ n: "d", beside: 0 });
  });

  test("may begin while the one before is being told", async () => {
    await using f = await boot();
    const [one, two] = [invocation({ n: 1 }), invocation({ n: 2 })];
    expect(f.instance().sendAhead(two, false)).toBe(false);
    expect(f.instance().sendAhead(one, true)).toBe(true);
    expect(f.instance().sendAhead(two, false)).toBe(true);
    f.instance().flushAhead();
    expect([answer(await f.instance().invoke(one)), answer(await f.instance().invoke(two))]).toEqual([{ n: 1, beside: 0 }, { n: 2, beside: 0 }]);
  });

  test("are given back when they have not begun, and then never run", async () => {
    await using f = await boot();
    const { a, sent, release } = await behind(f, { n: "b" }, { n: "c" });
    await new Promise<void>((resolve) => f.instance().recall(sent[0]?.requestId ?? "", resolve));
    await release();
    await a;
    expect(answer(await f.instance().invoke(sent[1] as Invocation))).toEqual({ n: "c", beside: 0 });
    expect(said(f)).toEqual(["event a", "event c"]);
  });

  test("are not given back once they have begun", async () => {
    await using f = await boot();
    const [begun, until] = [newFile(), newFile()];
    const { a, sent, release } = await behind(f, { n: "b", begun, until });
    await release();
    await a;
    await there(begun);
    let returned = false;
    f.instance().recall(sent[0]?.requestId ?? "", () => (returned = true));
    await writeFile(until, "");
    expect(answer(await f.instance().invoke(sent[0] as Invocation))).toEqual({ n: "b", beside: 0 });
    expect(returned).toBe(false);
  });

  test("have not begun when the program ends before their turn, and run when it has started again", async () => {
    await using f = await boot();
    const [begun, until] = [newFile(), newFile()];
    const a = f.invoke({ n: "a", begun, until, exit: true });
    await there(begun);
    const b = invocation({ n: "b" });
    expect(f.instance().sendAhead(b, false)).toBe(true);
    await writeFile(until, "");
    expect(await a).toMatchObject({ kind: "exit", code: 3 });
    expect(said(f)).toEqual(["event a"]);
    expect(f.instance().sendAhead(b, false)).toBe(false);
    expect(await f.instance().revive(10_000)).toMatchObject({ kind: "ready" });
    expect(answer(await f.instance().invoke(b))).toEqual({ n: "b", beside: 0 });
  });

  test("that end the program take no answer from the one before", async () => {
    await using f = await boot();
    const { a, sent, release } = await behind(f, { n: "b", exit: true });
    await release();
    expect(await a).toEqual({ n: "a", beside: 0 });
    expect(await f.instance().invoke(sent[0] as Invocation)).toMatchObject({ kind: "exit", code: 3 });
    expect(said(f)).toEqual(["event a", "event b"]);
  });

  test("wait until a handler that answers early has gone on", async () => {
    await using f = await boot("const seen = []; exports.handler = ({ n }, c) => { seen.push('begin ' + n); c.succeed(seen.slice()); seen.push('end ' + n); }");
    const [one, two] = [invocation({ n: 1 }), invocation({ n: 2 })];
    f.instance().sendAhead(one, true);
    f.instance().sendAhead(two, false);
    f.instance().flushAhead();
    expect(answer(await f.instance().invoke(one))).toEqual(["begin 1"]);
    expect(answer(await f.instance().invoke(two))).toEqual(["begin 1", "end 1", "begin 2"]);
  });

  test("are not taken by a program whose children write, as nobody could tell for which event", async () => {
    await using f = await boot();
    await f.invoke({ n: 1, raw: true });
    expect(f.instance().sendAhead(invocation({ n: 2 }), true)).toBe(false);
    expect(answer(await f.invoke({ n: 3 }))).toEqual({ n: 3, beside: 0 });
  });
});

test.skipIf(!python)("A Python program takes no events ahead", async () => {
  await using f = await bootFunction(pythonRuntime(python ?? ""), "index.handler", { "index.py": "def handler(event, context):\n    return 1\n" });
  expect(f.instance().sendAhead(invocation({}), true)).toBe(false);
});
