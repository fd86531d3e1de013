// Many callers at once of a function whose handler takes microseconds: events then lie with busy instances before their turn. Nobody may notice.
import { beforeAll, afterAll, expect, test } from "vitest";
import { openTestHeart, type TestHeart } from "../../test/open-test-heart.ts";
import type { FunctionRef } from "./function.ts";

const CALLERS = 32;
const HANDLER = `
  let running = 0, most = 0;
  export const handler = async ({ n, sleep = 0, exit = false }) => {
    most = Math.max(most, ++running);
    console.log("event", n);
    if (exit) process.exit(1);
    if (sleep) await new Promise((resolve) => setTimeout(resolve, sleep));
    running--;
    return { n, most };
  };`;

let on: TestHeart;
beforeAll(async () => void (on = await openTestHeart()));
afterAll(() => on[Symbol.asyncDispose]());

/** Deploys it, and calls it until its instances take events ahead. */
async function warm(name: string): Promise<FunctionRef> {
  const ref = await on.deploy(name, { "index.mjs": HANDLER });
  await crowd(ref, 30, () => ({}));
  return ref;
}

/** So many rounds by each of the callers; what `eventOf` gives is part of the event. */
async function crowd(ref: FunctionRef, rounds: number, eventOf: (n: number) => object): Promise<void> {
  const caller = async (first: number): Promise<void> => {
    for (let round = 0; round < rounds; round++) {
      const n = first + round * CALLERS;
      const event = { n, ...eventOf(n) };
      if ("exit" in event) await expect(on.call(ref, event)).rejects.toThrow("Runtime exited");
      else expect(await on.call(ref, event)).toEqual({ n, most: 1 });
    }
  };
  await Promise.all(Array.from({ length: CALLERS }, (_, first) => caller(first)));
}

/** Whether each message lies between the START and the END of its own event. */
function expectOrder(lines: readonly string[]): void {
  const open = new Set<string>();
  for (const line of lines) {
    const id = /(?:RequestId: |Z\t)([0-9a-f-]{36})/.exec(line)?.[1] ?? "";
    if (line.startsWith("START")) open.add(id);
    else if (line.startsWith("END")) expect(open.delete(id), line).toBe(true);
    else if (line.includes("\tevent")) expect(open.has(id), line).toBe(true);
  }
  expect(open.size).toBe(0);
}

test("each caller has the answer to its own event, no two run at once in an instance, and the log tells them apart", async () => {
  const ref = await warm("plain");
  await crowd(ref, 60, () => ({}));
  const lines = on.linesOf(ref);
  expectOrder(lines);
  expect(lines.filter((line) => line.startsWith("REPORT"))).toHaveLength(90 * CALLERS);
});

test("an event that ends its program costs itself alone", async () => {
  const ref = await warm("exits");
  await crowd(ref, 20, (n) => (n % 97 === 5 ? { exit: true } : {}));
  expectOrder(on.linesOf(ref));
});

test("one event that takes long holds up nobody", async () => {
  const ref = await warm("sleeps");
  let slow = false;
  const sleeper = on.call(ref, { n: -1, sleep: 2500 }).then(() => (slow = true));
  await crowd(ref, 10, () => ({}));
  expect(slow).toBe(false);
  await sleeper;
});

test("a new version takes over and nothing is lost", async () => {
  const ref = await warm("changes");
  const calls = crowd(ref, 40, () => ({}));
  for (const text of ["// two", "// three"]) await on.deploy("changes", { "index.mjs": `${HANDLER}${text}` });
  await calls;
});
