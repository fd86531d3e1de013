// Level 1: containers by bubblewrap, as root or without.
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { assert } from "../../kernel/fault.ts";
import { limits } from "../../kernel/limits.ts";
import type { IsolationReport, Sandboxes, SandboxSpec } from "../../ports/sandbox.ts";
import type { Cgroups, Group } from "../cgroups/group.ts";
import { Living } from "../living.ts";
import { startProgram, type ProgramPlan } from "../program.ts";
import { insideScript } from "../shell-entry.ts";
import { foreignRoot, specOptions, systemDirs, systemRoot, type Tools } from "./command.ts";
import { openEtc } from "./etc.ts";
import { hostTools } from "./host-tools.ts";
import { Slots } from "./slots.ts";
import { Slot, tmpDirOf } from "./slot.ts";
import { openUsers } from "./users.ts";
import { openVacancies } from "./vacancies.ts";

export function bubblewrapSandboxes(dir: string, tools: Tools, cgroups: Cgroups | string, shelf: string | undefined): Sandboxes {
  const etc = openEtc(join(dir, "etc"));
  const system = systemDirs();
  const tmpDir = tmpDirOf(dir);
  const groups = typeof cgroups === "string" ? undefined : cgroups;
  const users = openUsers(etc.usersDir, tools.setpriv === undefined);
  const slotDeps = { tools, users, groups, tmpDir };
  const inside = hostTools();
  const hostProgram: Sandboxes["hostProgram"] = ({ rootDir }, path) => (rootDir === undefined ? undefined : inside?.words(path)) ?? [path];
  // Their waiting command runs the host's programs from elsewhere; most servers never need one.
  let foreignSlots: Slots | undefined;
  const foreign = (tmpMb: number): Slots => {
    if (!inside) throw new Error("this system's program loader was not found, without which no image can be started");
    return (foreignSlots ??= new Slots({ ...slotDeps, tools: { ...tools, inside } }, tmpMb, "image-slot"));
  };
  const slots = new Slots(slotDeps, limits.functions.tmpMbMin);
  const rooms = shelf !== undefined && tools.keepers ? openVacancies(join(dir, "vacant"), shelf, tools.keepers) : undefined;
  const living = new Living();
  const planFor = (spec: SandboxSpec, slot: Slot, shared: Pick<ProgramPlan, "follow" | "cleanup">): ProgramPlan => ({
    spec,
    group: slot.group,
    launch: (env) => {
      const launched = slot.launch();
      // Only now: what becomes a function's is launched already, and it would pay for looking at /etc.
      const root = spec.rootDir === undefined || !inside ? systemRoot(system, etc.options(slot.uid)) : foreignRoot(spec.rootDir, inside, etc.foreignOptions());
      launched.feed(specOptions(spec, root, tools.keepers && tmpDir, slot.vacancies), insideScript(env, spec, hostProgram(spec, "/usr/bin/env")));
      return launched;
    },
    ...shared,
    become: async (next) => {
      const filled = slot.fill(next.mounts);
      // Meanwhile.
      limit(slot.group, next);
      await filled;
      return planFor(next, slot, shared);
    },
  });
  return {
    report: bubblewrapReport(tools, cgroups),
    shelf: rooms && shelf,
    pathOf: (_id, _mounts, target) => target,
    hostProgram,
    start: async (spec, signal) => {
      // Refused before anything is made for it.
      insideScript(spec.env, spec);
      await using undo = new AsyncDisposableStack();
      const place = living.reserve(spec.id);
      undo.defer(place.free);
      assert(!spec.vacant || rooms, "vacant directories where nothing can be added");
      const slot = spec.vacant && rooms ? await Slot.make(slotDeps, `${spec.id}-slot`, spec.tmpMb, rooms(spec.vacant)) : await (spec.rootDir === undefined ? slots : foreign(spec.tmpMb)).take(spec.tmpMb);
      undo.defer(() => slot.retire());
      if (!spec.vacant) limit(slot.group, spec);
      const made = undo.move();
      return await startProgram(planFor(spec, slot, { follow: place.follow, cleanup: () => made.disposeAsync() }), signal);
    },
    [Symbol.asyncDispose]: async () => {
      await living.end();
      await Promise.all([slots.close(), foreignSlots?.close()]);
      groups?.dispose();
      await rm(dir, { recursive: true, force: true });
    },
  };
}

/** Files in /tmp live in memory and are charged to the group: the kernel's bound leaves room for them, the watch holds the program itself to its limit. */
function limit(group: Group | undefined, { memoryMb, tmpMb, cpus, processesMax }: SandboxSpec): void {
  group?.limit({ memoryBytes: (memoryMb + tmpMb) * 2 ** 20, cpus, processesMax });
}

function bubblewrapReport({ setpriv, keepers, filterFile }: Tools, cgroups: Cgroups | string): IsolationReport {
  const byGroups = typeof cgroups === "string" ? undefined : cgroups.name;
  return {
    kind: "bubblewrap",
    level: 1,
    enforced: {
      memory: byGroups ? `${byGroups}, and sampled every 50 ms` : "sampled every 50 ms",
      cpu: byGroups ?? "not enforced",
      processes: byGroups ?? "not enforced",
      tmp: keepers ? "tmpfs with a size limit, kept while the instance lives" : "tmpfs with a size limit, lost when the program crashes",
      filesystem: "mount namespace, read-only system, nothing of the host's homes or data",
      user: setpriv ? "an unprivileged kernel user of its own, no capabilities" : "user namespace, no capabilities",
      syscalls: filterFile ? "seccomp: no mounts, namespaces, modules, keys, bpf, io_uring" : "not filtered",
      network: "shared with the host",
      freeze: typeof cgroups === "string" ? "SIGSTOP" : cgroups.freezer,
    },
    warnings: [
      ...(typeof cgroups === "string" ? [`CPU and process limits are not enforced (${cgroups}).`] : []),
      ...(filterFile ? [] : [`System calls are not filtered: this kernel takes no seccomp filter, or there is none yet for ${process.arch}.`]),
      ...(keepers ? [] : ["A program that crashed or ran out of time finds its /tmp empty when it starts again: keeping it takes util-linux (unshare, nsenter, mount) and a host that lets users nest namespaces, or root."]),
    ],
  };
}
