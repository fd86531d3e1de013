// Level 1: containers by bubblewrap, as root or without.
import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { IsolationReport, Sandboxes } from "../../ports/sandbox.ts";
import type { Cgroups } from "../cgroups/group.ts";
import { startProgram } from "../program.ts";
import { environmentText, shellEntry } from "../shell-entry.ts";
import { bwrapCommand, SANDBOX_UID, systemBinds, type System } from "./command.ts";
import { mountTmp, unmountTmp } from "./tmp-mount.ts";

export interface BubblewrapTools {
  readonly bwrap: string;
  /** Present when the server is root. */
  readonly setpriv: string | undefined;
}

export async function bubblewrapSandboxes(dir: string, tools: BubblewrapTools, cgroups: Cgroups | string): Promise<Sandboxes> {
  const etcDir = join(dir, "etc");
  await mkdir(etcDir, { recursive: true });
  await writeFile(join(etcDir, "passwd"), `root:x:0:0:root:/root:/sbin/nologin\nsbx_user1051:x:${SANDBOX_UID}:${SANDBOX_UID}::/home/sbx_user1051:/sbin/nologin\n`);
  await writeFile(join(etcDir, "group"), `root:x:0:\nsbx_user1051:x:${SANDBOX_UID}:\n`);
  const system: System = { ...tools, etcDir, binds: systemBinds(etcDir) };
  const asRoot = tools.setpriv !== undefined;
  const groups = typeof cgroups === "string" ? undefined : cgroups;
  return {
    report: bubblewrapReport(cgroups, asRoot),
    pathOf: (_id, _mounts, target) => target,
    start: async (spec) => {
      const own = join(dir, spec.id);
      const tmpDir = asRoot ? join(own, "tmp") : undefined;
      if (tmpDir) {
        await mkdir(tmpDir, { recursive: true });
        await mountTmp(tmpDir, spec.tmpMb);
      }
      // Files in /tmp live in memory and are charged to the group: the kernel's bound leaves room for them, the watch holds the program itself to its limit.
      const memoryBytes = (spec.memoryMb + spec.tmpMb) * 2 ** 20;
      const group = groups?.create(spec.id, { memoryBytes, cpus: spec.cpus, processesMax: spec.processesMax });
      return startProgram(
        {
          spec,
          group,
          launch: (env) => ({
            command: "/bin/sh",
            args: shellEntry(group, spec.openFilesMax, bwrapCommand(system, spec, tmpDir)),
            env: {},
            cwd: "/",
            environment: environmentText(env),
          }),
          cleanup: async () => {
            if (tmpDir) await unmountTmp(tmpDir);
            await rm(own, { recursive: true, force: true });
          },
        },
        spec.env,
      );
    },
    [Symbol.asyncDispose]: async () => groups?.dispose(),
  };
}

function bubblewrapReport(cgroups: Cgroups | string, asRoot: boolean): IsolationReport {
  const byGroups = typeof cgroups === "string" ? undefined : cgroups.name;
  return {
    kind: "bubblewrap",
    level: 1,
    enforced: {
      memory: byGroups ? `${byGroups}, and sampled every 50 ms` : "sampled every 50 ms",
      cpu: byGroups ?? "not enforced",
      processes: byGroups ?? "not enforced",
      tmp: asRoot ? "tmpfs with a size limit, kept while the instance lives" : "tmpfs with a size limit, lost when the program crashes",
      filesystem: "mount namespace, read-only system, nothing of the host's homes or data",
      user: asRoot ? `unprivileged uid ${SANDBOX_UID}, no capabilities` : "user namespace, no capabilities",
      network: "shared with the host",
      freeze: byGroups ?? "SIGSTOP",
    },
    warnings: typeof cgroups === "string" ? [`CPU and process limits are not enforced (${cgroups}).`] : [],
  };
}
