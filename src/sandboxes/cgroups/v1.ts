// Control groups of version 1 (and hybrid hosts, where the controllers are still mounted one by one).
import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { bootCpus, cpuCeiling, type Cgroups, type Group } from "./group.ts";
import { killPids, OftenRead, pidsIn, readText, rememberingWrite, removeGroup, statOf, tryWrite } from "./group-files.ts";

const CONTROLLERS = ["memory", "cpu", "pids", "freezer"] as const;
type Controller = (typeof CONTROLLERS)[number];
const CPU_PERIOD_US = 50_000;
/** The kernel's default share of an ordinary group. */
const SHARES_PER_CPU = 1024;

/**
 * Groups below `parents`, one directory per controller; throws when the kernel does not let us. On hybrid hosts `parents.freezer` lies in the unified tree:
 * what the freezer of version 1 has frozen can not be killed, so a frozen program would outlive a killed server.
 */
export function openV1(parents: Readonly<Record<Controller, string>>, serverId: string): Cgroups {
  const base = (controller: Controller): string => join(parents[controller], serverId);
  const dispose = (): void => {
    for (const controller of CONTROLLERS) removeGroup(base(controller));
  };
  try {
    for (const controller of CONTROLLERS) mkdirSync(base(controller));
  } catch (error) {
    dispose();
    throw error;
  }
  return {
    name: "cgroup v1",
    freezer: existsSync(join(base("freezer"), "cgroup.freeze")) ? "cgroup v2" : "cgroup v1",
    bases: CONTROLLERS.map(base),
    create: (id) => groupIn((controller) => join(base(controller), id)),
    dispose,
  };
}

/** The group in four directories, which are made if need be. */
export function groupIn(dirOf: (controller: Controller) => string): Group {
  // Controllers may share one mount (cpu,cpuacct), never one of these four with another.
  const dirs = CONTROLLERS.map(dirOf);
  for (const dir of dirs) mkdirSync(dir, { recursive: true });
  const memory = dirOf("memory");
  const freezer = dirOf("freezer");
  const rss = new OftenRead(join(memory, "memory.stat"), "total_rss");
  const write = rememberingWrite();
  const weigh = (cpus: number): void => void write(join(dirOf("cpu"), "cpu.shares"), String(Math.max(2, Math.round(cpus * SHARES_PER_CPU))));
  return {
    // A thread that moves itself by `tasks` spares the kernel the lock over all forks and exits, whose price is a wait for every core.
    joinFiles: dirs.map((dir) => [join(dir, "tasks"), join(dir, "cgroup.procs")].find((file) => existsSync(file)) ?? join(dir, "cgroup.procs")),
    limit: ({ memoryBytes, cpus, processesMax }) => {
      if (memoryBytes !== undefined) {
        write(join(memory, "memory.limit_in_bytes"), String(memoryBytes));
        // Absent where swap is not accounted, and then there is none to bound.
        write(join(memory, "memory.memsw.limit_in_bytes"), String(memoryBytes));
      }
      weigh(bootCpus(cpus));
      write(join(dirOf("cpu"), "cpu.cfs_period_us"), String(CPU_PERIOD_US));
      write(join(dirOf("cpu"), "cpu.cfs_quota_us"), String(Math.round(cpuCeiling(cpus) * CPU_PERIOD_US)));
      write(join(dirOf("pids"), "pids.max"), String(processesMax));
    },
    weigh,
    anonymousBytes: () => rss.value(),
    oomKills: () => statOf(join(memory, "memory.oom_control"), "oom_kill"),
    freeze: (frozen) => void (tryWrite(join(freezer, "cgroup.freeze"), frozen ? "1" : "0") || tryWrite(join(freezer, "freezer.state"), frozen ? "FROZEN" : "THAWED")),
    killAll: () => {
      if (tryWrite(join(freezer, "cgroup.kill"), "1")) return;
      killPids(pidsIn(freezer));
      // A process frozen by version 1 dies only when thawed.
      tryWrite(join(freezer, "freezer.state"), "THAWED");
    },
    empty: () => dirs.every((dir) => readText(join(dir, "cgroup.procs")) === ""),
    remove: () => {
      rss[Symbol.dispose]();
      return dirs.map(removeGroup).every(Boolean);
    },
  };
}
