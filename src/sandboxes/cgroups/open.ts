// Finds out which control groups this host lets us use, and clears away what a killed server left.
import { execFile } from "node:child_process";
import { readdirSync } from "node:fs";
import { basename, join } from "node:path";
import { promisify } from "node:util";
import type { Cgroups } from "./group.ts";
import { isOfDeadServer } from "../server-identity.ts";
import { joinLines } from "../shell-entry.ts";
import { untilTrue } from "../until-true.ts";
import { killPids, pidsIn, readText, removeGroup, tryWrite } from "./group-files.ts";
import { openV1 } from "./v1.ts";
import { openV2 } from "./v2.ts";

const run = promisify(execFile);

const PREFIX = "fugaz-";
/** Ours: patience with a group whose members are being killed. */
const SWEEP_MS = 2000;

/** Usable groups, or the reason why there are none. */
export async function openCgroups(server: string): Promise<Cgroups | string> {
  const mounts = readText("/proc/self/mounts").split("\n").map((line) => line.split(" "));
  const own = new Map(readText("/proc/self/cgroup").split("\n").filter(Boolean).map((line) => {
    const [, controllers = "", path = "/"] = /^\d+:([^:]*):(.*)$/.exec(line) ?? [];
    return [controllers, path] as const;
  }));
  const serverId = `${PREFIX}${server}`;
  const reasons: string[] = [];

  const v1 = v1Parents(mounts, own);
  const unified = mounts.find(([, , type]) => type === "cgroup2")?.[1];
  if (v1) {
    const hybrid = unified === undefined ? [] : [{ ...v1, freezer: join(unified, own.get("") ?? "/") }];
    const places = [...hybrid, v1];
    for (const parents of [...places, ...places.map((place) => atMountPoints(place, mounts))]) {
      for (const dir of new Set(Object.values(parents))) await sweepDead(dir);
      try {
        return await tried(openV1(parents as Parameters<typeof openV1>[0], serverId));
      } catch (error) {
        reasons.push(`cgroup v1: ${error instanceof Error ? error.message : String(error)}`);
      }
    }
  }
  if (unified && !v1) {
    const path = own.get("") ?? "/";
    const places = [unified, ...upwards(unified, path)].map((parent) => ({ parent, makeRoom: false }));
    // Last, since it moves us: the group we stand in, which a service manager or a container may have given us alone.
    for (const { parent, makeRoom } of [...places, { parent: join(unified, path), makeRoom: true }]) {
      await sweepDead(parent);
      try {
        return await tried(openV2(parent, serverId, { makeRoom }));
      } catch (error) {
        reasons.push(`cgroup v2: ${error instanceof Error ? error.message : String(error)}`);
      }
    }
  }
  // The first place is the best one of version 1; the last word of version 2 says what helps.
  return (v1 ? reasons[0] : reasons.at(-1)) ?? "no control groups are mounted here";
}

/** Has a real process join a group: directories that can be made are no proof (a user may not move processes out of where another rules). */
async function tried(groups: Cgroups): Promise<Cgroups> {
  const probe = groups.create("probe");
  try {
    await run("/bin/sh", ["-c", joinLines(probe).join("\n")], { env: {} });
    return groups;
  } catch (error) {
    probe.remove();
    groups.dispose();
    throw error;
  } finally {
    probe.remove();
  }
}

/** The own group and those around it: an unprivileged user may rule one further out (systemd's `user@.service`). */
function upwards(mount: string, path: string): readonly string[] {
  const parts = path.split("/").filter(Boolean);
  return parts.map((_, index) => join(mount, ...parts.slice(0, parts.length - index)));
}

/** Where this process stands in each version-1 hierarchy; undefined when one of the four is missing. */
function v1Parents(mounts: readonly (readonly string[])[], own: ReadonlyMap<string, string>): Record<string, string> | undefined {
  const parents: Record<string, string> = {};
  for (const controller of ["memory", "cpu", "pids", "freezer"]) {
    const mount = mounts.find(([, , type, options = ""]) => type === "cgroup" && options.split(",").includes(controller))?.[1];
    const path = [...own].find(([controllers]) => controllers.split(",").includes(controller))?.[1];
    if (mount === undefined || path === undefined) return undefined;
    parents[controller] = join(mount, path);
  }
  return parents;
}

/** The tops of the hierarchies: inside a container the own path may not be visible. */
function atMountPoints(parents: Readonly<Record<string, string>>, mounts: readonly (readonly string[])[]): Record<string, string> {
  const mountOf = (dir: string): string => mounts.map(([, mount = ""]) => mount).filter((mount) => dir.startsWith(mount)).sort((a, b) => b.length - a.length)[0] ?? dir;
  return Object.fromEntries(Object.entries(parents).map(([controller, dir]) => [controller, mountOf(dir)]));
}

/** Ends and removes groups of servers that are no longer alive; other groups are never touched. */
async function sweepDead(parent: string): Promise<void> {
  for (const name of namesIn(parent)) if (name.startsWith(PREFIX) && isOfDeadServer(name.slice(PREFIX.length))) await sweepServer(join(parent, name));
}

/** The same for groups that a dead server wrote down: it may have stood elsewhere in the trees than we do. */
export async function sweepRecorded(server: string, bases: readonly string[]): Promise<void> {
  for (const base of bases) if (base.startsWith("/sys/fs/cgroup/") && basename(base) === `${PREFIX}${server}`) await sweepServer(base);
}

async function sweepServer(base: string): Promise<void> {
  const groups = namesIn(base).map((child) => join(base, child));
  for (const dir of groups) {
    killPids(pidsIn(dir));
    // A frozen process dies only when thawed; each file exists in one version of cgroups only.
    tryWrite(join(dir, "freezer.state"), "THAWED");
    tryWrite(join(dir, "cgroup.freeze"), "0");
  }
  for (const dir of groups) await untilTrue(() => removeGroup(dir), SWEEP_MS);
  removeGroup(base);
}

function namesIn(dir: string): readonly string[] {
  try {
    return readdirSync(dir, { withFileTypes: true }).filter((entry) => entry.isDirectory()).map(({ name }) => name);
  } catch {
    return [];
  }
}
