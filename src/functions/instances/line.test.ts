// The line at a quick function's instances: who joins it, how it is let go, and that handlers which are not quick know nothing of it.
import { once } from "node:events";
import { createServer, type AddressInfo, type Socket } from "node:net";
import { availableParallelism } from "node:os";
import { describe, expect, test } from "vitest";
import { openTestHeart } from "../../../test/open-test-heart.ts";
import { fakeClock } from "../../kernel/fake-clock.ts";
import type { Version } from "../function.ts";
import type { Instance } from "./instance.ts";
import { openLines, withFigure, worthWaiting } from "./line.ts";
import { newPool } from "./pool.ts";

describe("An event waits for a busy instance", () => {
  test("when handlers are quick, processors are busy, and its turn comes soon", () => {
    const worth = (busy: number, inLine: number, meanHandlerMs: number | undefined): boolean => worthWaiting({ busy, inLine, meanHandlerMs }, 2);
    expect(worth(2, 0, 0.05)).toBe(true);
    expect(worth(2, 30, 0.05)).toBe(true);
    expect(worth(2, 40, 0.05)).toBe(false);
    expect(worth(1, 0, 0.05)).toBe(false);
    expect(worth(2, 0, undefined)).toBe(false);
    expect(worth(1000, 0, 1.5)).toBe(false);
  });

  test("until some of its kind have not been quick; a single one that was held up is forgotten soon", () => {
    let mean = withFigure(undefined, 0.05);
    for (let n = 0; n < 8; n++) mean = withFigure(mean, 100);
    expect(mean).toBeGreaterThan(1);
    const held = withFigure(0.05, 100);
    expect(held).toBeLessThan(0.5);
    expect(withFigure(withFigure(held, 0.05), 0.05)).toBeLessThan(0.2);
    expect(withFigure(0.05, undefined)).toBe(0.05);
  });

  test("no longer than events end: then one goes another way, then two, then four", async () => {
    const clock = fakeClock();
    const pool = newPool({ id: "v" } as Version);
    const gone: number[] = [];
    const lines = openLines(clock, () => void (gone[gone.length - 1] = (gone.at(-1) ?? 0) + 1));
    for (let n = 0; n < 9; n++) void lines.join(pool, undefined, undefined);
    const look = async (): Promise<void> => {
      gone.push(0);
      await clock.advance(2);
      await new Promise((resolve) => setImmediate(resolve));
    };
    lines.turned(pool, { turns: 0 } as Instance, undefined);
    for (let n = 0; n < 5; n++) await look();
    expect(gone).toEqual([0, 1, 2, 4, 2]);
    expect(pool.line).toEqual([]);
  });
});

test("where each event takes its time, as on a crowded machine, the line is more patient, but not for ever", async () => {
  const clock = fakeClock();
  const pool = newPool({ id: "v" } as Version);
  let gone = 0;
  const lines = openLines(clock, () => void gone++);
  const pass = async (ms: number): Promise<void> => {
    await clock.advance(ms);
    await new Promise((resolve) => setImmediate(resolve));
  };
  void lines.join(pool, undefined, undefined);
  for (let n = 0; n < 40; n++) {
    await pass(1.5);
    lines.turned(pool, { turns: 0 } as Instance, undefined);
  }
  await pass(5);
  expect(gone).toBe(0);
  await pass(20);
  expect(gone).toBe(1);
});

test("events that need one another all run at once, however quick those before them were", async () => {
  await using on = await openTestHeart();
  const meeting = availableParallelism() + 4;
  const here = new Set<Socket>();
  const server = createServer((socket) => {
    here.add(socket);
    if (here.size === meeting) for (const each of here) each.end();
  }).listen(0, "127.0.0.1");
  try {
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    const ref = await on.deploy("meeting", {
      "index.mjs": `
        import { connect } from "node:net";
        export const handler = async ({ port }) => {
          if (port) await new Promise((resolve, reject) => connect(port, "127.0.0.1").on("close", resolve).on("error", reject).resume());
          return "met";
        };`,
    });
    for (let n = 0; n < 30; n++) await Promise.all([on.call(ref), on.call(ref), on.call(ref)]);
    expect(await Promise.all(Array.from({ length: meeting }, () => on.call(ref, { port })))).toEqual(Array.from({ length: meeting }, () => "met"));
  } finally {
    server.close();
  }
});
