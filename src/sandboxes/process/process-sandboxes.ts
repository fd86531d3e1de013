// Level 0: plain processes with limits where the host has them, for machines with nothing better.
import { mkdir, rm } from "node:fs/promises";
import { basename, join } from "node:path";
import type { IsolationReport, Mount, Sandboxes, SandboxSpec } from "../../ports/sandbox.ts";
import type { Cgroups } from "../cgroups/group.ts";
import { Living } from "../living.ts";
import { killMarked } from "../process-tree.ts";
import { startProgram } from "../program.ts";
import { lockMarkOf } from "../server-identity.ts";
import { shellEntry } from "../shell-entry.ts";
import { Spawned } from "../spawned.ts";

/** Below a server's directory: what its programs have for /tmp, which their environment names. */
export const LIVE = "live";

export function processSandboxes(dir: string, cgroups: Cgroups | string, reason: string | undefined): Sandboxes {
  const groups = typeof cgroups === "string" ? undefined : cgroups;
  const living = new Living();
  const lockMark = lockMarkOf(basename(dir));
  const tmpOf = (id: string): string => join(dir, LIVE, id, "tmp");
  const pathOf = (id: string, mounts: readonly Mount[], target: string): string => {
    if (target === "/tmp" || target.startsWith("/tmp/")) return tmpOf(id) + target.slice("/tmp".length);
    const mount = mounts.filter((each) => target === each.target || target.startsWith(`${each.target}/`)).sort((a, b) => b.target.length - a.target.length)[0];
    return mount ? mount.source + target.slice(mount.target.length) : target;
  };
  return {
    report: processReport(cgroups, reason),
    shelf: undefined,
    pathOf,
    hostProgram: (_spec, path) => [path],
    start: async (spec, signal) => {
      if (spec.rootDir !== undefined) throw new Error("a plain process can not have a root file system of its own");
      await using undo = new AsyncDisposableStack();
      const place = living.reserve(spec.id);
      undo.defer(place.free);
      await mkdir(tmpOf(spec.id), { recursive: true, mode: 0o700 });
      undo.defer(() => rm(join(dir, LIVE, spec.id), { recursive: true, force: true }));
      const group = groups?.create(spec.id);
      group?.limit({ memoryBytes: spec.memoryMb * 2 ** 20, cpus: spec.cpus, processesMax: spec.processesMax });
      const made = undo.move();
      const launch = (env: SandboxSpec["env"]): Spawned =>
        new Spawned({ command: "/bin/sh", args: shellEntry(group, spec.openFilesMax, spec.argv, lockMark), env, cwd: spec.cwd, channel: spec.channel, control: spec.control === true, fed: false });
      return await startProgram({ spec, group, launch, follow: place.follow, cleanup: () => made.disposeAsync() }, signal);
    },
    [Symbol.asyncDispose]: async () => {
      await living.end();
      // What left its process tree is in no group either.
      if (!groups && process.platform === "linux") killMarked(join(dir, LIVE), lockMark);
      groups?.dispose();
      await rm(dir, { recursive: true, force: true });
    },
  };
}

function processReport(cgroups: Cgroups | string, reason: string | undefined): IsolationReport {
  const byGroups = typeof cgroups === "string" ? undefined : cgroups.name;
  const linux = process.platform === "linux";
  const leavings = linux ? "those of a killed server end only when the next one starts" : "those that rest when a server is killed stay";
  return {
    kind: "process",
    level: 0,
    enforced: {
      memory: byGroups ?? (linux ? "sampled every 50 ms" : "not enforced"),
      cpu: byGroups ?? "not enforced",
      processes: byGroups ?? "not enforced",
      tmp: "a private directory, its size is not enforced",
      filesystem: "not enforced: functions see all files of your user",
      user: "not enforced: functions run as your user",
      syscalls: "not filtered",
      network: "shared with the host",
      freeze: typeof cgroups === "string" ? "SIGSTOP" : cgroups.freezer,
    },
    warnings: [
      `Functions are plain processes of your user: they can read and change its files, and ${leavings}. ${reason ?? "This was chosen by --isolation process."}`,
      ...(typeof cgroups === "string" ? [`CPU and process limits are not enforced (${cgroups}).`] : []),
    ],
  };
}
