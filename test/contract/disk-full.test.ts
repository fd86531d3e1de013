// A disk that takes no more: the whole group is an outage, what was acknowledged stays, the rest was never there.
import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, onTestFinished, test } from "vitest";

/** The largest file, in the shell's blocks of 1 KiB (512 bytes under some shells). */
const FILE_BLOCKS_MAX = 2000;

test("when the disk refuses, every commit of the group is rejected as an outage and acknowledged ones can be read", async () => {
  const dir = await mkdtemp(join(tmpdir(), "fugaz-full-"));
  onTestFinished(() => rm(dir, { recursive: true, force: true }));
  const child = new URL("./disk-full-child.ts", import.meta.url).pathname;
  const { stdout } = await promisify(execFile)("/bin/sh", ["-c", `ulimit -f ${FILE_BLOCKS_MAX}; exec "$0" "$@"`, process.execPath, child, dir]);
  const { acknowledged, stored, refused } = JSON.parse(stdout) as { readonly acknowledged: number; readonly stored: number; readonly refused: readonly string[] };
  expect(acknowledged).toBeGreaterThan(0);
  expect(stored).toBe(acknowledged);
  expect(refused).toHaveLength(3);
  for (const error of refused) expect(error).toMatch(/^Outage: commit failed: (disk I\/O error|database or disk is full)/);
});
