// Control groups of version 2: one tree, in which a group hands on controllers to its children, level by level.
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { ancestorsOf } from "../process-tree.ts";
import { bootCpus, cpuCeiling, type Cgroups, type Group } from "./group.ts";
import { killPids, OftenRead, pidsIn, readText, rememberingWrite, removeGroup, statOf, tryWrite } from "./group-files.ts";

const CPU_PERIOD_US = 50_000;
/** The kernel's default weight of an ordinary group, and its bounds. */
const WEIGHT_PER_CPU = 100;
const WEIGHT_MIN = 1;
const WEIGHT_MAX = 10_000;
const CONTROLLERS: readonly string[] = ["memory", "cpu", "pids"];

export interface V2Options {
  /** Move this server out of `parent` into a group of its own: a group with processes hands on no controllers (the kernel's "no internal processes"). */
  readonly makeRoom?: boolean;
  readonly controllers?: readonly string[];
}

/** Groups below `parent`, which must be able to hand on the controllers; throws when it is not. */
export function openV2(parent: string, serverId: string, { makeRoom = false, controllers = CONTROLLERS }: V2Options = {}): Cgroups {
  const base = join(parent, serverId);
  const present = readText(join(parent, "cgroup.controllers")).trim().split(" ");
  const missing = controllers.filter((name) => !present.includes(name));
  if (missing.length > 0) throw new Error(`${parent} has not got the controllers ${missing.join(", ")}`);
  if (makeRoom) leave(parent, serverId);
  mkdirSync(base);
  for (const dir of [parent, base])
    for (const controller of controllers)
      if (!handsOn(dir, controller)) {
        removeGroup(base);
        throw new Error(`the controller ${controller} can not be used below ${parent}`);
      }
  return { name: "cgroup v2", freezer: "cgroup v2", bases: [base], create: (id) => groupAt(join(base, id)), dispose: () => void removeGroup(base) };
}

/** One by one: the kernel takes all controllers of a write or none. */
function handsOn(dir: string, controller: string): boolean {
  const file = join(dir, "cgroup.subtree_control");
  return readText(file).trim().split(" ").includes(controller) || tryWrite(file, `+${controller}`);
}

/** Takes the server, and those who started it and wait, into a leaf; the leaf is named like a server's group, so it is cleared away with the dead. */
function leave(parent: string, serverId: string): void {
  const ours = new Set([process.pid, ...ancestorsOf(process.pid)]);
  const occupants = pidsIn(parent);
  if (!occupants.every((pid) => ours.has(pid))) throw new Error(`other processes run in ${parent}: as a systemd service Fugaz needs Delegate=yes`);
  const leaf = join(parent, serverId.replace(/-\d+$/, "-0"));
  mkdirSync(leaf, { recursive: true });
  for (const pid of occupants) if (!tryWrite(join(leaf, "cgroup.procs"), String(pid))) throw new Error(`process ${pid} can not be moved out of ${parent}`);
}

/** The group in a directory, which is made if need be. */
export function groupAt(dir: string): Group {
  mkdirSync(dir, { recursive: true });
  const rss = new OftenRead(join(dir, "memory.stat"), "anon");
  const write = rememberingWrite();
  const weigh = (cpus: number): void => void write(join(dir, "cpu.weight"), String(Math.min(WEIGHT_MAX, Math.max(WEIGHT_MIN, Math.round(cpus * WEIGHT_PER_CPU)))));
  return {
    joinFiles: [join(dir, "cgroup.procs")],
    limit: ({ memoryBytes, cpus, processesMax }) => {
      if (memoryBytes !== undefined) write(join(dir, "memory.max"), String(memoryBytes));
      // Absent where swap is not accounted, and then there is none to bound.
      write(join(dir, "memory.swap.max"), "0");
      // Half a program helps nobody: the kernel ends all of it.
      write(join(dir, "memory.oom.group"), "1");
      weigh(bootCpus(cpus));
      write(join(dir, "cpu.max"), `${Math.round(cpuCeiling(cpus) * CPU_PERIOD_US)} ${CPU_PERIOD_US}`);
      write(join(dir, "pids.max"), String(processesMax));
    },
    weigh,
    // Not memory.peak: it counts page cache and /tmp, and Linux before 5.19 has none.
    anonymousBytes: () => rss.value(),
    oomKills: () => statOf(join(dir, "memory.events"), "oom_kill"),
    freeze: (frozen) => void tryWrite(join(dir, "cgroup.freeze"), frozen ? "1" : "0"),
    killAll: () => {
      if (!tryWrite(join(dir, "cgroup.kill"), "1")) {
        // Linux before 5.14: who stands still can not fork while we look.
        tryWrite(join(dir, "cgroup.freeze"), "1");
        killPids(pidsIn(dir));
      }
      tryWrite(join(dir, "cgroup.freeze"), "0");
    },
    empty: () => readText(join(dir, "cgroup.procs")) === "",
    remove: () => {
      rss[Symbol.dispose]();
      return removeGroup(dir);
    },
  };
}
