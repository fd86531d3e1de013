import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { queueOf } from "./async/events.ts";
import { openTestHeart, type TestHeart } from "../../test/open-test-heart.ts";

const soon = { timeout: 10_000, interval: 20 };
const echo = `export const handler = async (event) => { console.log("got", event.n); if (event.hang) await new Promise(() => setInterval(() => {}, 100)); };`;
const got = (on: TestHeart) => on.lines.filter((line) => line.includes("\tgot ")).map((line) => Number(/got (\d+)/.exec(line)?.[1]));

describe("events handed over to the heart", () => {
  test("run, each once, on as few instances as keep up", async () => {
    await using on = await openTestHeart();
    const ref = await on.deploy("echo", { "index.mjs": echo });
    const numbers = Array.from({ length: 200 }, (_, n) => n);
    await Promise.all(numbers.map((n) => on.send(ref, { n })));
    await expect.poll(() => got(on).length, soon).toBe(200);
    expect(got(on).toSorted((a, b) => a - b)).toEqual(numbers);
    await expect.poll(async () => (await on.engine.queue.counts(queueOf(ref))).oldestAtMs, soon).toBeUndefined();
    expect(on.heart.status().instances).toBeLessThan(10);
    expect(on.told).toEqual([]);
  });

  test("whose run was cut short by a stop run again after the next start", async () => {
    const dir = await mkdtemp(join(tmpdir(), "fugaz-restart-"));
    try {
      {
        await using on = await openTestHeart({ dir });
        const ref = await on.deploy("echo", { "index.mjs": echo }, { timeoutMs: 60_000 });
        await on.send(ref, { n: 7, hang: true });
        await expect.poll(() => got(on), soon).toEqual([7]);
      }
      await using on = await openTestHeart({ dir });
      await expect.poll(() => got(on), soon).toEqual([7]);
      expect(on.told).toEqual([]);
    } finally {
      await rm(dir, { recursive: true, force: true });
    }
  });

  test("of a removed function are dropped, queued ones at once", async () => {
    await using on = await openTestHeart({ limits: { memoryBudgetMb: 1 } });
    const ref = await on.deploy("echo", { "index.mjs": echo });
    await Promise.all([1, 2, 3].map((n) => on.send(ref, { n, hang: true })));
    await expect.poll(() => got(on).length, soon).toBe(1);
    await on.heart.registry.remove(ref);
    expect((await on.engine.queue.counts(queueOf(ref))).visible).toBe(0);
    await on.send(ref, { n: 4 });
    await expect.poll(() => on.told.map(({ sentence }) => sentence), soon).toContain("An asynchronous event was dropped: its function does not exist any more.");
  });

  test("that run while their function is removed finish, and have no end to be told", async () => {
    await using on = await openTestHeart();
    const ref = await on.deploy("slow", { "index.mjs": "export const handler = (event) => new Promise((resolve) => { console.log('got', event.n); setTimeout(resolve, 300); });" });
    await on.send(ref, { n: 1 });
    await expect.poll(() => got(on), soon).toEqual([1]);
    await on.heart.registry.remove(ref);
    await on.heart.drain(AbortSignal.timeout(10_000));
    expect(on.told).toEqual([]);
  });
});

describe("a drain", () => {
  const slow = { "index.mjs": "export const handler = async (event) => { await new Promise((resolve) => setTimeout(resolve, event.ms)); return 'done'; };" };

  test("waits for what runs", async () => {
    await using on = await openTestHeart();
    const ref = await on.deploy("slow", slow);
    const running = on.call(ref, { ms: 300 });
    await expect.poll(() => on.heart.status().busy, soon).toBe(1);
    await on.heart.drain(AbortSignal.timeout(10_000));
    expect(await running).toBe("done");
    expect(on.heart.status()).toEqual({ instances: 0, busy: 0 });
    await expect(on.invoke(ref, { ms: 1 })).rejects.toMatchObject({ code: "ServiceException" });
  });

  test("waits no longer than it may", async () => {
    await using on = await openTestHeart();
    const ref = await on.deploy("slow", slow, { timeoutMs: 60_000 });
    const running = on.invoke(ref, { ms: 50_000 });
    await expect.poll(() => on.heart.status().busy, soon).toBe(1);
    await on.heart.drain(AbortSignal.timeout(100));
    expect((await running).functionError).toBe("Unhandled");
  });
});

describe("code", () => {
  test("whose unpacked form was lost is unpacked again when it is needed", async () => {
    await using on = await openTestHeart();
    const ref = await on.deploy("echo", { "index.mjs": "export const handler = async () => 'still here';" });
    await rm(join(on.dir, "code"), { recursive: true, force: true });
    expect(await on.call(ref)).toBe("still here");
  });

  test("is read-only for the function", async () => {
    await using on = await openTestHeart({ isolation: "process" });
    const ref = await on.deploy("vandal", {
      "index.mjs": `import { writeFileSync } from "node:fs"; export const handler = async () => { try { writeFileSync(process.env.LAMBDA_TASK_ROOT + "/index.mjs", "gone"); return "written"; } catch (error) { return error.code; } };`,
    });
    // Root may write anywhere where nothing isolates; everybody else meets the file's mode.
    const expected = process.getuid?.() === 0 ? ["written", "EACCES", "EROFS"] : ["EACCES", "EROFS"];
    expect(expected).toContain(await on.call(ref));
    expect(on.heart.status().instances).toBe(1);
  });
});

test("many hearts beat in one process without waiting for one another", async () => {
  await using one = await openTestHeart({ isolation: "process" });
  await using two = await openTestHeart();
  const files = { "index.mjs": "export const handler = async () => process.env.AWS_LAMBDA_LOG_STREAM_NAME;" };
  const [a, b] = [await one.deploy("same", files), await two.deploy("same", files)];
  const [first, second] = await Promise.all([one.call(a), two.call(b)]);
  expect(first).not.toBe(second);
  expect(await readFile(join(one.dir, "code", (await one.heart.versionOf(a)).code.blobId, "facts.json"), "utf8")).toContain("unpackedBytes");
});
