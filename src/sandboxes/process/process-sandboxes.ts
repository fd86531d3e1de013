// Level 0: plain processes with limits where the host has them, for machines with nothing better.
import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import type { IsolationReport, Mount, Sandboxes } from "../../ports/sandbox.ts";
import type { Cgroups } from "../cgroups/group.ts";
import { startProgram } from "../program.ts";
import { shellEntry } from "../shell-entry.ts";

export function processSandboxes(dir: string, cgroups: Cgroups | string, reason: string | undefined): Sandboxes {
  const groups = typeof cgroups === "string" ? undefined : cgroups;
  const tmpOf = (id: string): string => join(dir, id, "tmp");
  const pathOf = (id: string, mounts: readonly Mount[], target: string): string => {
    if (target === "/tmp" || target.startsWith("/tmp/")) return tmpOf(id) + target.slice("/tmp".length);
    const mount = mounts.filter((each) => target === each.target || target.startsWith(`${each.target}/`)).sort((a, b) => b.target.length - a.target.length)[0];
    return mount ? mount.source + target.slice(mount.target.length) : target;
  };
  return {
    report: processReport(cgroups, reason),
    pathOf,
    start: async (spec) => {
      await mkdir(tmpOf(spec.id), { recursive: true });
      const group = groups?.create(spec.id, { memoryBytes: spec.memoryMb * 2 ** 20, cpus: spec.cpus, processesMax: spec.processesMax });
      return startProgram(
        {
          spec,
          group,
          launch: (env) => ({ command: "/bin/sh", args: shellEntry(group, spec.openFilesMax, spec.argv), env, cwd: spec.cwd }),
          cleanup: () => rm(join(dir, spec.id), { recursive: true, force: true }),
        },
        spec.env,
      );
    },
    [Symbol.asyncDispose]: async () => groups?.dispose(),
  };
}

function processReport(cgroups: Cgroups | string, reason: string | undefined): IsolationReport {
  const byGroups = typeof cgroups === "string" ? undefined : cgroups.name;
  const linux = process.platform === "linux";
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
      network: "shared with the host",
      freeze: byGroups ?? "SIGSTOP",
    },
    warnings: [
      `Functions are plain processes of your user: they can read and change its files. ${reason ?? "This was chosen by --isolation process."}`,
      ...(typeof cgroups === "string" ? [`CPU and process limits are not enforced (${cgroups}).`] : []),
    ],
  };
}
