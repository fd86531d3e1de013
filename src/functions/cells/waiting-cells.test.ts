import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openTestHeart, type TestHeart } from "../../../test/open-test-heart.ts";
import { noContainers } from "../../../test/start-sandbox.ts";

const HELLO = { "index.js": "exports.handler = async () => 'hello'" };

describe.skipIf(noContainers !== undefined)("sandboxes that wait", () => {
  let dir: string;
  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), "fugaz-waiting-"));
  });
  afterAll(() => rm(dir, { recursive: true, force: true }));

  const waiting = async ({ heart }: TestHeart): Promise<number> => (await heart.figures()).cells.reduce((sum, kind) => sum + kind.waiting, 0);
  const wait = (on: TestHeart, count: number): Promise<void> => expect.poll(() => waiting(on), { timeout: 20_000, interval: 20 }).toBe(count);

  test("make room for what runs, and come back", async () => {
    const held: ServerResponse[] = [];
    const server = createServer((_request, response) => void held.push(response)).listen(0, "127.0.0.1");
    await once(server, "listening");
    await using small = await openTestHeart({ dir, limits: { memoryBudgetMb: 256, cellsMax: 8 } });
    const code = { "index.js": `exports.handler = async () => (await fetch("http://127.0.0.1:${(server.address() as AddressInfo).port}/")).status` };
    const ref = await small.deploy("large", code, { memoryMb: 240, timeoutMs: 30_000 });
    await wait(small, 2);
    const running = small.call(ref);
    await wait(small, 0);
    await expect.poll(() => held.length).toBe(1);
    held[0]?.end();
    expect(await running).toBe(200);
    // What stands still counts what it has used.
    await small.call(await small.deploy("next", HELLO, { memoryMb: 128 }));
    await wait(small, 2);
    server.close();
  });

  test("wait after a restart for the functions that are there, one of each kind", async () => {
    await using again = await openTestHeart({ dir });
    await wait(again, 1);
    const { steps } = await again.invoke({ account: "000000000000", region: "us-east-1", name: "next" });
    expect(steps?.kind).toBe("pool");
    await wait(again, 2);
    expect(again.told).toEqual([]);
  });
});
