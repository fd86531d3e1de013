import { expect, test } from "vitest";
import { fakeClock } from "../kernel/fake-clock.ts";
import { codeKeeper } from "./code-keeper.ts";

function keeping(used: ReadonlySet<string>, idle: readonly string[] = []) {
  const clock = fakeClock();
  const discarded: string[] = [];
  const warn = (): never => {
    throw new Error("nothing went wrong");
  };
  const keeper = codeKeeper({
    caches: [{ idle: async () => idle, discard: async (id) => void discarded.push(id) }],
    clock, usesCode: async (id) => used.has(id), warn,
  });
  return { clock, discarded, keeper };
}

test("code that a function left goes after a while, unless another uses it", async () => {
  const { clock, discarded, keeper } = keeping(new Set(["shared"]));
  keeper.left("alone");
  keeper.left("shared");
  await clock.advance(59_999);
  expect(discarded).toEqual([]);
  await clock.advance(1);
  await expect.poll(() => discarded).toEqual(["alone"]);
});

test("code uploaded for nothing is found by looking, every hour", async () => {
  const { clock, discarded, keeper } = keeping(new Set(["used"]), ["forgotten", "used"]);
  await clock.advance(60_000);
  await expect.poll(() => discarded).toEqual(["forgotten"]);
  await clock.advance(60 * 60_000);
  await expect.poll(() => discarded).toEqual(["forgotten", "forgotten"]);
  keeper[Symbol.dispose]();
  await clock.advance(24 * 60 * 60_000);
  expect(discarded).toHaveLength(2);
});
