// What an isolated start costs by itself, without any function: from `start` to the first byte of a program that does nothing else, beside the same program plainly spawned;
// and how fast the pool of those that wait can be filled.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { bootCell } from "../src/functions/cells/cell.ts";
import { conditionsOf } from "../src/functions/cells/conditions.ts";
import { systemClock } from "../src/main/system-clock.ts";
import { projectDir } from "../src/main/version.ts";
import type { Sandboxes } from "../src/ports/sandbox.ts";
import { openRuntimes } from "../src/sandboxes/catalog/open.ts";
import { openSandboxes } from "../src/sandboxes/open.ts";
import { at, load, type Row } from "./load.ts";

const PROGRAM = ["/bin/sh", "-c", "echo x"] as const;
const SPEC = { argv: PROGRAM, env: { PATH: "/usr/bin:/bin" }, cwd: "/", mounts: [], memoryMb: 256, cpus: 256 / 1769, processesMax: 1024, openFilesMax: 1024, tmpMb: 512, channel: true } as const;
/** As many starts at once as keep two cores busy. */
const CALLERS = 4;

export async function benchSandboxes({ path, runMs = 2000 }: { readonly path: string; readonly runMs?: number }): Promise<readonly Row[]> {
  const dir = await mkdtemp(join(tmpdir(), "fugaz-bench-"));
  try {
    await using sandboxes = await openSandboxes({ isolation: "auto", dir: join(dir, "sandboxes"), path, shelf: join(dir, "code") });
    await load(1, runMs / 5, (n) => oneSandbox(sandboxes, `warm-up-${n}`));
    const bare = await firstBytes(runMs, oneSpawn);
    const isolated = await firstBytes(runMs, (n) => oneSandbox(sandboxes, `one-${n}`));
    const busy = await load(CALLERS, runMs, (n) => oneSandbox(sandboxes, `many-${n}`));
    const what = `sandbox (${sandboxes.report.kind})`;
    return [
      { what: "bare spawn to first byte, p50", value: bare.p50Ms, unit: "ms" },
      { what: `${what}, start to first byte, p50`, value: isolated.p50Ms, unit: "ms" },
      { what: `${what}, start to first byte, p99`, value: isolated.p99Ms, unit: "ms" },
      { what: `${what}, started and ended, 1 caller`, value: isolated.perSecond, unit: "/s" },
      { what: `${what}, started and ended, ${CALLERS} callers`, value: busy.perSecond, unit: "/s", goal: ">= 30" },
      ...(await cellsPerSecond(sandboxes, { dir, path, runMs })),
    ];
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

/** How fast sandboxes that wait can be booted, by as many as keep two cores busy; the pool itself boots one at a time, beside whatever else runs. */
async function cellsPerSecond(sandboxes: Sandboxes, { dir, path, runMs }: { readonly dir: string; readonly path: string; readonly runMs: number }): Promise<readonly Row[]> {
  if (sandboxes.shelf === undefined) return [];
  const runtimes = openRuntimes({ projectDir: fileURLToPath(projectDir), dir: join(dir, "runtimes"), addedDir: join(dir, "added"), path, home: dir });
  const rows: Row[] = [];
  for (const name of ["nodejs24.x", "python3.11"]) {
    const runtime = await runtimes.resolve(name);
    const conditions = runtime && conditionsOf({ env: {}, tmpMb: SPEC.tmpMb }, { runtime });
    if (!conditions) continue;
    const once = async (n: number): Promise<void> => await (await bootCell(`${conditions.runtime.replace(".", "-")}-${n}`, conditions, sandboxes))[Symbol.asyncDispose]();
    await load(1, runMs / 5, (n) => once(-1 - n));
    const { perSecond } = await load(CALLERS, runMs, once);
    rows.push({ what: `waiting sandbox of ${conditions.runtime}, booted and ended, ${CALLERS} callers`, value: perSecond, unit: "/s" });
  }
  return rows;
}

/** `once` answers how long the first byte took; its end counts for `perSecond`, not for the time. */
async function firstBytes(runMs: number, once: (n: number) => Promise<number>): Promise<{ readonly p50Ms: number; readonly p99Ms: number; readonly perSecond: number }> {
  const tookMs: number[] = [];
  const { perSecond } = await load(1, runMs, async (n) => void tookMs.push(await once(n)));
  tookMs.sort((a, b) => a - b);
  return { p50Ms: at(tookMs, 0.5), p99Ms: at(tookMs, 0.99), perSecond };
}

async function oneSandbox(sandboxes: Sandboxes, id: string): Promise<number> {
  const begun = systemClock.monotonicMs();
  await using sandbox = await sandboxes.start({ ...SPEC, id });
  await once(sandbox.stdout, "data");
  return systemClock.monotonicMs() - begun;
}

async function oneSpawn(): Promise<number> {
  const begun = systemClock.monotonicMs();
  const child = spawn(PROGRAM[0], PROGRAM.slice(1), { stdio: ["ignore", "pipe", "inherit"] });
  const over = once(child, "close");
  await once(child.stdout, "data");
  const tookMs = systemClock.monotonicMs() - begun;
  await over;
  return tookMs;
}
