import { mkdir, mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { systemClock } from "../system-clock.ts";
import { pollFolders } from "./poll-folders.ts";
import { watchFolder } from "./watch-folder.ts";


test("saves are told once each, wherever they are, and what is no save is not told", async () => {
  await using stack = new AsyncDisposableStack();
  const dir = await mkdtemp(join(tmpdir(), "fugaz-watch-"));
  stack.defer(() => rm(dir, { recursive: true, force: true }));
  await mkdir(join(dir, "lib/deep"), { recursive: true });
  await mkdir(join(dir, "node_modules/pkg"), { recursive: true });
  await mkdir(join(dir, ".git"));
  const told: string[][] = [];
  const watch = stack.use(await watchFolder(dir, { clock: systemClock, onSaves: ({ paths }) => void told.push([...paths]), onTrouble: (sentence) => void told.push([sentence]) }));
  const hears = (path: string): Promise<void> => expect.poll(() => told.flat(), { timeout: 20_000, interval: 5 }).toContain(path);

  await writeFile(join(dir, "index.js"), "1");
  await hears("index.js");
  expect(told).toHaveLength(1);
  await writeFile(join(dir, "lib/deep/a.js"), "1");
  await hears("lib/deep/a.js");
  await writeFile(join(dir, "lib/deep/.a.js.swp"), "1");
  await writeFile(join(dir, ".git/index"), "1");
  await writeFile(join(dir, "node_modules/pkg/x.js"), "1");
  await writeFile(join(dir, "lib/deep/new"), "1");
  await rename(join(dir, "lib/deep/new"), join(dir, "lib/deep/b.js"));
  await hears("lib/deep/b.js");
  // A directory that is moved in is watched with all that is in it.
  const outside = await mkdtemp(join(tmpdir(), "fugaz-watch-"));
  await mkdir(join(outside, "in"));
  await rename(outside, join(dir, "moved"));
  await hears("moved");
  await expect.poll(async () => {
    await writeFile(join(dir, "moved/in/c.js"), String(told.length));
    return told.flat();
  }, { timeout: 20_000, interval: 30 }).toContain("moved/in/c.js");
  await writeFile(join(dir, "node_modules/.package-lock.json"), "{}");
  await hears("node_modules/.package-lock.json");
  expect(told.flat().filter((path) => /swp|\.git|pkg/.test(path))).toEqual([]);

  // The folder itself goes and comes back, as when a branch is checked out anew.
  await rename(dir, `${dir}-away`);
  await rename(`${dir}-away`, dir);
  await expect.poll(async () => {
    await writeFile(join(dir, "lib/deep/back.js"), String(told.length));
    return told.flat();
  }, { timeout: 20_000, interval: 30 }).toContain("lib/deep/back.js");
  watch[Symbol.dispose]();
  const before = told.length;
  await writeFile(join(dir, "index.js"), "2");
  expect(told).toHaveLength(before);
});

test("without watches a directory is looked at from time to time", async () => {
  await using stack = new AsyncDisposableStack();
  const dir = await mkdtemp(join(tmpdir(), "fugaz-poll-"));
  stack.defer(() => rm(dir, { recursive: true, force: true }));
  await writeFile(join(dir, "a.js"), "1");
  const told = new Set<string>();
  const clock = { ...systemClock, after: (_ms: number, task: () => void) => systemClock.after(5, task) };
  const poll = stack.use(pollFolders(clock, (path) => void told.add(path)));
  poll.add(dir);
  await expect.poll(async () => {
    await writeFile(join(dir, "a.js"), "longer".repeat(told.size + 2));
    await writeFile(join(dir, "a.js.swp"), "1");
    return [...told];
  }, { timeout: 20_000, interval: 20 }).toEqual([join(dir, "a.js")]);
});
