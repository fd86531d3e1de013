import { setImmediate as turn } from "node:timers/promises";
import { expect, test } from "vitest";
import { openBursts } from "./bursts.ts";

test("a few requests are answered at once, many together at the end of the turn, in their order", async () => {
  const bursts = openBursts();
  const sent: number[] = [];
  for (let request = 0; request < 3; request++) bursts.begin();
  bursts.send(() => sent.push(0));
  expect(sent).toEqual([0]);
  bursts.begin();
  for (const answer of [1, 2, 3, 4]) bursts.send(() => sent.push(answer));
  expect(sent).toEqual([0]);
  await turn();
  expect(sent).toEqual([0, 1, 2, 3, 4]);
  bursts.end();
  bursts.send(() => sent.push(5));
  expect(sent.at(-1)).toBe(5);
});
