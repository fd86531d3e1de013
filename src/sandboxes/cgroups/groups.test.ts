import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { asRoot, eventually } from "../../../test/start-sandbox.ts";
import { joinLines } from "../shell-entry.ts";
import type { Group, GroupLimits } from "./group.ts";
import { tryWrite } from "./group-files.ts";
import { groupIn } from "./v1.ts";
import { groupAt, openV2 } from "./v2.ts";

const limits: GroupLimits = { memoryBytes: 256 * 2 ** 20, cpus: 0.1447, processesMax: 64 };

describe("what is written into a group's files, in a directory that only looks like one", () => {
  const dir = mkdtempSync(join(tmpdir(), "fugaz-groups-"));
  afterAll(() => rmSync(dir, { recursive: true, force: true }));
  const written = (names: readonly string[], act: (group: Group) => void, make: (at: string) => Group): Record<string, string> => {
    const at = mkdtempSync(join(dir, "g"));
    for (const name of names) writeFileSync(join(at, name), "");
    act(make(at));
    expect(readdirSync(at).sort()).toEqual(names.toSorted());
    return Object.fromEntries(names.map((name) => [name, readFileSync(join(at, name), "utf8")]));
  };
  const v1 = (at: string): Group => groupIn(() => at);

  test("are, in version 2, bounds of memory without swap, one core's ceiling, and a whole core's weight until the program has booted", () => {
    const names = ["memory.max", "memory.swap.max", "memory.oom.group", "cpu.max", "cpu.weight", "pids.max"];
    const booting = { "memory.max": "268435456", "memory.swap.max": "0", "memory.oom.group": "1", "cpu.max": "50000 50000", "cpu.weight": "100", "pids.max": "64" };
    expect(written(names, (group) => group.limit(limits), groupAt)).toEqual(booting);
    expect(written(["cpu.weight"], (group) => group.weigh(limits.cpus), groupAt)).toEqual({ "cpu.weight": "14" });
    expect(written(["cpu.max", "cpu.weight"], (group) => group.limit({ ...limits, cpus: 5.79 }), groupAt)).toEqual({ "cpu.max": "289500 50000", "cpu.weight": "579" });
    expect(written(["cpu.weight"], (group) => group.weigh(0.001), groupAt)).toEqual({ "cpu.weight": "1" });
  });

  test("are the same in version 1, in its words", () => {
    const names = ["memory.limit_in_bytes", "memory.memsw.limit_in_bytes", "cpu.shares", "cpu.cfs_period_us", "cpu.cfs_quota_us", "pids.max"];
    const booting = { "memory.limit_in_bytes": "268435456", "memory.memsw.limit_in_bytes": "268435456", "cpu.shares": "1024", "cpu.cfs_period_us": "50000", "cpu.cfs_quota_us": "50000", "pids.max": "64" };
    expect(written(names, (group) => group.limit(limits), v1)).toEqual(booting);
    expect(written(["cpu.shares"], (group) => group.weigh(limits.cpus), v1)).toEqual({ "cpu.shares": "148" });
  });

  test("and nothing where a file is missing: an old kernel, no swap accounting", () => {
    expect(written([], (group) => group.limit(limits), groupAt)).toEqual({});
    expect(written(["memory.max"], (group) => group.limit(limits), groupAt)).toEqual({ "memory.max": "268435456" });
  });

  test("end, where the kernel can not kill a group by itself, by standing still, dying and being let go", async () => {
    const victim = spawn("/bin/sleep", ["60"]);
    const at = mkdtempSync(join(dir, "g"));
    writeFileSync(join(at, "cgroup.procs"), `${victim.pid}\n`);
    writeFileSync(join(at, "cgroup.freeze"), "");
    const gone = once(victim, "exit");
    groupAt(at).killAll();
    expect(await gone).toEqual([null, "SIGKILL"]);
    // An ordinary file keeps all that was written at its start.
    expect(readFileSync(join(at, "cgroup.freeze"), "utf8")).toBe("0");
  });

  test("and what is read is a number out of many, and zero of what is not there", () => {
    const at = mkdtempSync(join(dir, "g"));
    writeFileSync(join(at, "memory.stat"), "anon 4096\nfile 8192\nanon_thp 1\n");
    writeFileSync(join(at, "memory.events"), "low 0\noom 3\noom_kill 2\noom_group_kill 1\n");
    expect([groupAt(at).anonymousBytes(), groupAt(at).oomKills()]).toEqual([4096, 2]);
    expect([groupAt(join(at, "none")).anonymousBytes(), groupAt(join(at, "none")).oomKills()]).toEqual([0, 0]);
  });
});

const tree = /^\S+ (\S+) cgroup2 /m.exec(process.platform === "linux" ? readFileSync("/proc/self/mounts", "utf8") : "")?.[1];
const controllers = tree === undefined ? [] : readFileSync(join(tree, "cgroup.controllers"), "utf8").trim().split(" ").filter(Boolean).slice(0, 1);

describe.runIf(asRoot && tree !== undefined && controllers.length > 0)(`a real tree of version 2, with the controller that this kernel has there (${controllers.join()})`, () => {
  const parent = join(tree ?? "", `test-${process.pid}-${Math.trunc(process.hrtime()[1])}`);
  const id = `fugaz-${process.pid}-0-7`;
  const top = join(tree ?? "", "cgroup.subtree_control");
  const before = readFileSync(top, "utf8").trim().split(" ");
  afterAll(() => {
    // As it was, unless somebody else has come to use it.
    for (const name of controllers) if (!before.includes(name)) tryWrite(top, `-${name}`);
  });

  test("hands on controllers from level to level, and a real process joins, stands still, goes on and is killed", async () => {
    mkdirSync(parent);
    try {
      writeFileSync(top, controllers.map((name) => `+${name}`).join(" "));
      const groups = openV2(parent, id, { controllers });
      for (const dir of [parent, join(parent, id)]) expect(readFileSync(join(dir, "cgroup.subtree_control"), "utf8").trim().split(" ")).toEqual(controllers);
      const group = groups.create("one");
      const member = spawn("/bin/sh", ["-c", [...joinLines(group), "exec sleep 60"].join("\n")]);
      const gone = once(member, "exit");
      await eventually("it has joined", () => !group.empty());
      await group.freeze(true);
      await eventually("it stands still", () => readFileSync(join(parent, id, "one", "cgroup.events"), "utf8").includes("frozen 1"));
      expect(group.remove()).toBe(false);
      group.killAll();
      expect(await gone).toEqual([null, "SIGKILL"]);
      await eventually("the group goes", () => group.remove());
      groups.dispose();
      expect(readdirSync(parent, { withFileTypes: true }).filter((entry) => entry.isDirectory())).toEqual([]);
      expect(() => openV2(parent, id, { controllers: [...controllers, "telepathy"] })).toThrow(/has not got the controllers telepathy/);
    } finally {
      rmdirSync(parent);
    }
  });

  test("lets nobody stand where controllers are handed on: the server makes room, unless strangers are there", () => {
    mkdirSync(parent);
    const program = `
      import { writeFileSync, readFileSync } from "node:fs";
      import { spawn } from "node:child_process";
      import { openV2 } from ${JSON.stringify(join(import.meta.dirname, "v2.ts"))};
      const [parent, id, controllers] = ${JSON.stringify([parent, id, controllers])};
      const attempt = (makeRoom) => { try { openV2(parent, id, { controllers, makeRoom }).dispose(); return "opened"; } catch (error) { return error.message; } };
      writeFileSync(parent + "/cgroup.procs", String(process.pid));
      const said = [attempt(false)];
      const stranger = spawn("/bin/sleep", ["60"]);
      said.push(attempt(true));
      stranger.once("exit", () => { said.push(attempt(true), attempt(false), readFileSync("/proc/self/cgroup", "utf8").trim().split("/").at(-1)); console.log(JSON.stringify(said)); });
      stranger.kill();`;
    try {
      const said: unknown = JSON.parse(execFileSync(process.execPath, ["--input-type=module-typescript", "-e", program], { encoding: "utf8" }));
      expect(said).toEqual([expect.stringMatching(/can not be used below/), expect.stringMatching(/other processes run in .*Delegate=yes/), "opened", "opened", id.replace(/7$/, "0")]);
    } finally {
      rmdirSync(join(parent, id.replace(/7$/, "0")));
      rmdirSync(parent);
    }
  });
});
