// Level 1: containers by bubblewrap, as root or without.
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { IsolationReport, Sandboxes } from "../../ports/sandbox.ts";
import type { Cgroups } from "../cgroups/group.ts";
import { Living } from "../living.ts";
import { startProgram } from "../program.ts";
import { insideScript, shellEntry } from "../shell-entry.ts";
import { bwrapCommand, systemBinds, type System } from "./command.ts";
import { mountTmp, unmountTmp } from "./tmp-mount.ts";
import { openUsers } from "./users.ts";

export interface BubblewrapTools {
  readonly bwrap: string;
  /** Present when the server is root. */
  readonly setpriv: string | undefined;
}

/** bwrap, its process 1 inside, the shell: the program is the shell's child. */
const PROGRAM_DEPTH = 3;

export async function bubblewrapSandboxes(dir: string, tools: BubblewrapTools, cgroups: Cgroups | string): Promise<Sandboxes> {
  const etcDir = join(dir, "etc");
  await mkdir(etcDir, { recursive: true });
  const nsswitch = join(etcDir, "nsswitch.conf");
  await writeFile(nsswitch, "passwd: files\ngroup: files\nhosts: files dns\n", { mode: 0o644 });
  // The host's names, and those by which a program inside reaches what listens beside it (the Telemetry API's destinations).
  const hosts = join(etcDir, "hosts");
  await writeFile(hosts, `${await readFile("/etc/hosts", "utf8").catch(() => "127.0.0.1 localhost\n")}\n127.0.0.1 sandbox sandbox.localdomain\n`, { mode: 0o644 });
  const asRoot = tools.setpriv !== undefined;
  const users = openUsers(etcDir, !asRoot);
  const system: System = { ...tools, binds: systemBinds({ nsswitch, hosts }) };
  const groups = typeof cgroups === "string" ? undefined : cgroups;
  const living = new Living();
  return {
    report: bubblewrapReport(cgroups, asRoot),
    pathOf: (_id, _mounts, target) => target,
    start: async (spec, signal) => {
      // Refused before anything is made for it.
      insideScript(spec.env, spec.argv, spec.channel);
      await using undo = new AsyncDisposableStack();
      const place = living.reserve(spec.id);
      undo.defer(place.free);
      const own = join(dir, "live", spec.id);
      const user = await users.take();
      undo.defer(() => users.giveBack(user));
      await mkdir(join(own, "tmp"), { recursive: true });
      undo.defer(() => rm(own, { recursive: true, force: true }));
      const tmpDir = asRoot ? join(own, "tmp") : undefined;
      if (tmpDir) {
        await mountTmp(tmpDir, spec.tmpMb);
        undo.defer(() => unmountTmp(tmpDir));
      }
      // Files in /tmp live in memory and are charged to the group: the kernel's bound leaves room for them, the watch holds the program itself to its limit.
      const memoryBytes = (spec.memoryMb + spec.tmpMb) * 2 ** 20;
      const group = groups?.create(spec.id, { memoryBytes, cpus: spec.cpus, processesMax: spec.processesMax });
      const made = undo.move();
      return await startProgram(
        {
          spec,
          group,
          launch: (env) => ({
            command: "/bin/sh",
            args: shellEntry(group, spec.openFilesMax, bwrapCommand(system, spec, user, tmpDir)),
            env: {},
            cwd: "/",
            script: insideScript(env, spec.argv, spec.channel),
            programDepth: PROGRAM_DEPTH,
          }),
          follow: place.follow,
          cleanup: () => made.disposeAsync(),
        },
        signal,
      );
    },
    [Symbol.asyncDispose]: async () => {
      await living.end();
      groups?.dispose();
      await rm(dir, { recursive: true, force: true });
    },
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
      user: asRoot ? "an unprivileged kernel user of its own, no capabilities" : "user namespace, no capabilities",
      network: "shared with the host",
      freeze: typeof cgroups === "string" ? "SIGSTOP" : cgroups.freezer,
    },
    warnings: [
      ...(typeof cgroups === "string" ? [`CPU and process limits are not enforced (${cgroups}).`] : []),
      ...(asRoot ? [] : ["A program that crashed or ran out of time finds its /tmp empty when it starts again; as root Fugaz keeps it."]),
    ],
  };
}
