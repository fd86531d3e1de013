// Control groups of version 2: one tree, controllers enabled from the top.
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { cpuCeiling, type Cgroups, type Group } from "./group.ts";
import { killPids, pidsIn, readText, removeGroup, statOf, tryWrite } from "./group-files.ts";

const CPU_PERIOD_US = 50_000;
/** The kernel's default weight of an ordinary group. */
const WEIGHT_PER_CPU = 100;
const CONTROLLERS = ["memory", "cpu", "pids"];

/** Groups below `parent`, which must be able to hand on memory, cpu and pids; throws when it is not. */
export function openV2(parent: string, serverId: string): Cgroups {
  const base = join(parent, serverId);
  const enabled = (): readonly string[] => readText(join(parent, "cgroup.subtree_control")).trim().split(" ");
  for (const controller of CONTROLLERS.filter((name) => !enabled().includes(name))) tryWrite(join(parent, "cgroup.subtree_control"), `+${controller}`);
  mkdirSync(base);
  for (const controller of CONTROLLERS)
    if (!tryWrite(join(base, "cgroup.subtree_control"), `+${controller}`)) {
      removeGroup(base);
      throw new Error(`the controller ${controller} can not be used below ${parent}`);
    }
  return { name: "cgroup v2", freezer: "cgroup v2", bases: [base], create: (id) => createGroup(join(base, id)), dispose: () => void removeGroup(base) };
}

function createGroup(dir: string): Group {
  mkdirSync(dir, { recursive: true });
  return {
    joinFiles: [join(dir, "cgroup.procs")],
    limit: ({ memoryBytes, cpus, processesMax }) => {
      tryWrite(join(dir, "memory.max"), String(memoryBytes));
      tryWrite(join(dir, "memory.swap.max"), "0");
      tryWrite(join(dir, "memory.oom.group"), "1");
      tryWrite(join(dir, "cpu.weight"), String(Math.max(1, Math.round(cpus * WEIGHT_PER_CPU))));
      tryWrite(join(dir, "cpu.max"), `${Math.round(cpuCeiling(cpus) * CPU_PERIOD_US)} ${CPU_PERIOD_US}`);
      tryWrite(join(dir, "pids.max"), String(processesMax));
    },
    anonymousBytes: () => statOf(join(dir, "memory.stat"), "anon"),
    oomKills: () => statOf(join(dir, "memory.events"), "oom_kill"),
    freeze: (frozen) => void tryWrite(join(dir, "cgroup.freeze"), frozen ? "1" : "0"),
    killAll: () => {
      if (!tryWrite(join(dir, "cgroup.kill"), "1")) killPids(pidsIn(dir));
      tryWrite(join(dir, "cgroup.freeze"), "0");
    },
    empty: () => readText(join(dir, "cgroup.procs")) === "",
    remove: () => removeGroup(dir),
  };
}
