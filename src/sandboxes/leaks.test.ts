import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { eventually, noContainers, open, path, until } from "../../test/start-sandbox.ts";
import { openSandboxes } from "./open.ts";
import { isOfDeadServer, newServerId } from "./server-identity.ts";

const kinds = [...(noContainers === undefined ? (["bubblewrap"] as const) : []), "process"] as const;

describe.each(kinds)("what a server leaves behind (%s)", (kind) => {
  let dir: string;
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), "fugaz-leaks-"));
  });
  afterEach(() => rm(dir, { recursive: true, force: true }));

  test("is nothing after a stop: no group, mount, directory or process, though sandboxes were alive, crashed, frozen or restarted", async () => {
    const before = descriptors();
    const opened = await open(kind);
    const mark = `47${Math.trunc(process.hrtime()[1])}`;
    for (let round = 0; round < 3; round++) await opened.sh("echo x; kill -9 $$");
    const one = await opened.start(["/bin/sleep", mark], { channel: true });
    await one.kill();
    const again = await one.restart({});
    const two = await opened.start(["/bin/sleep", mark]);
    await two.freeze();
    await again[Symbol.asyncDispose]();
    const groups = groupsOf(process.pid);
    await opened.close();
    expect(processes(mark)).toBe(0);
    expect(mounts()).not.toContain(opened.dir);
    expect(() => readdirSync(opened.dir)).toThrow(/ENOENT/);
    expect(groupsOf(process.pid).length).toBeLessThan(Math.max(1, groups.length));
    await eventually("descriptors are closed", () => descriptors() <= before);
    await expect(opened.start(["/bin/true"])).rejects.toThrow(/closed/);
  });

  test("dies with a server that is killed, frozen or not, and is cleared away by the next", async () => {
    const mark = `46${Math.trunc(process.hrtime()[1])}`;
    const server = spawn(process.execPath, ["--input-type=module-typescript", "-e", serverProgram(dir, kind, mark)], { stdio: ["ignore", "pipe", "inherit"], env: { PATH: path } });
    await until(server.stdout, (text) => text.includes("up"));
    expect(processes(mark)).toBe(2);
    const living = await openSandboxes({ isolation: kind, dir, path });
    // A second server on the same directory disturbs nothing of the first.
    expect(processes(mark)).toBe(2);
    await living[Symbol.asyncDispose]();
    expect(readdirSync(dir)).toHaveLength(1);
    server.kill("SIGKILL");
    await once(server, "exit");
    if (kind === "bubblewrap") await eventually("no program outlives its server", () => processes(mark) === 0);
    const next = await openSandboxes({ isolation: kind, dir, path });
    expect(processes(mark)).toBe(0);
    expect(groupsOf(server.pid ?? 0)).toEqual([]);
    await next[Symbol.asyncDispose]();
    expect(mounts()).not.toContain(dir);
    expect(readdirSync(dir)).toEqual([]);
  });
});

test("a server's id tells whether it is alive, and never claims what is not its own", () => {
  const own = newServerId();
  expect(isOfDeadServer(own)).toBe(false);
  expect(isOfDeadServer(own.replace(/-\d+-/, "-1-"))).toBe(process.platform === "linux");
  for (const name of ["", "etc", "123", "1-2", "1-2-3-4", "x1-2-3"]) expect(isOfDeadServer(name)).toBe(false);
});

const serverProgram = (dir: string, kind: string, mark: string): string => `
  import { openSandboxes } from ${JSON.stringify(join(import.meta.dirname, "open.ts"))};
  const sandboxes = await openSandboxes({ isolation: ${JSON.stringify(kind)}, dir: ${JSON.stringify(dir)}, path: ${JSON.stringify(path)} });
  const spec = { argv: ["/bin/sleep", ${JSON.stringify(mark)}], env: {}, cwd: "/", mounts: [], memoryMb: 64, cpus: 1, processesMax: 16, openFilesMax: 64, tmpMb: 8, channel: true };
  await sandboxes.start({ ...spec, id: "one" });
  const two = await sandboxes.start({ ...spec, id: "two" });
  // Ready is told before exec: the program must be what freezes.
  setTimeout(async () => { await two.freeze(); console.log("up"); }, 100);
  setInterval(() => {}, 1000);
`;

const mounts = (): string => (process.platform === "linux" ? readFileSync("/proc/self/mounts", "utf8") : "");
const descriptors = (): number => (process.platform === "linux" ? readdirSync("/proc/self/fd").length : 0);

function groupsOf(pid: number): readonly string[] {
  const found: string[] = [];
  const look = (dir: string, depth: number): void => {
    for (const entry of readdirSync(dir, { withFileTypes: true })) {
      if (!entry.isDirectory()) continue;
      if (entry.name.startsWith(`fugaz-${pid}-`)) found.push(join(dir, entry.name));
      else if (depth > 0) look(join(dir, entry.name), depth - 1);
    }
  };
  if (process.platform === "linux") look("/sys/fs/cgroup", 4);
  return found;
}

/** Live programs whose arguments hold the mark. */
function processes(mark: string): number {
  return readdirSync("/proc").filter((name) => /^\d+$/.test(name)).filter((pid) => {
    try {
      return readFileSync(`/proc/${pid}/cmdline`, "utf8") === `/bin/sleep\0${mark}\0`;
    } catch {
      return false;
    }
  }).length;
}
