// Finds out, by making a sandbox, which of the programs and rights that make sandboxes this machine has.
import { accessSync, constants } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Cgroups } from "../cgroups/group.ts";
import { whyNot } from "../program.ts";
import { exitOf, insideScript } from "../shell-entry.ts";
import { seccompFilter } from "../seccomp/filter.ts";
import type { Tools } from "./command.ts";
import { Slot, tmpDirOf } from "./slot.ts";

const UID = 51_000;
const OPTIONS = ["--ro-bind", "/", "/", "--proc", "/proc", "--dev", "/dev"];

/** The tools, or a sentence that says what is wrong and what helps. Makes in the server's `dir` what sandboxes need there. */
export async function probeTools(path: string, dir: string, groups: Cgroups | undefined): Promise<Tools | string> {
  if (process.platform !== "linux") return `${process.platform} has no Linux namespaces.`;
  const bwrap = which("bwrap", path);
  if (bwrap === undefined) return "bubblewrap is not installed. On Debian and Ubuntu: apt-get install bubblewrap.";
  const root = process.getuid?.() === 0;
  const setpriv = root ? which("setpriv", path) : undefined;
  if (root && setpriv === undefined) return "setpriv is not installed, which takes root's rights away from functions. On Debian and Ubuntu: apt-get install util-linux.";
  const tmpDir = tmpDirOf(dir);
  await mkdir(tmpDir);
  const filterFile = await writeFilter(join(dir, "seccomp"));
  const [unshare, nsenter, mount, perl] = ["unshare", "nsenter", "mount", "perl"].map((program) => which(program, path));
  const keepers = unshare !== undefined && nsenter !== undefined && mount !== undefined ? { unshare, nsenter, mount, perl } : undefined;
  const users = { take: async () => UID, giveBack: () => {} };
  let reason = "";
  // The best that works.
  for (const [withKeepers, withFilter] of [[keepers, filterFile], [undefined, filterFile], [keepers, undefined], [undefined, undefined]] as const) {
    const tools: Tools = { bwrap, setpriv, keepers: withKeepers, filterFile: withFilter };
    try {
      await tryOut(await Slot.make({ tools, users, groups, tmpDir }, "probe", 1));
      return tools;
    } catch (error) {
      const { cause } = error as Error;
      reason = cause instanceof Error ? cause.message : String(error);
    }
  }
  return `bwrap can not make namespaces here (it said: ${reason}). Where user namespaces are forbidden: sysctl kernel.unprivileged_userns_clone=1 on Debian, sysctl kernel.apparmor_restrict_unprivileged_userns=0 on Ubuntu, or run Fugaz as root.`;
}

async function tryOut(slot: Slot): Promise<void> {
  try {
    const launched = slot.launch();
    launched.feed(OPTIONS, insideScript({}, { argv: ["/bin/true"], channel: false, openFilesMax: 64 }));
    await launched.gone;
    if (exitOf(launched.told)?.code !== 0) throw await whyNot(launched);
  } finally {
    await slot.retire();
  }
}

async function writeFilter(file: string): Promise<string | undefined> {
  const filter = seccompFilter(process.arch);
  if (filter) await writeFile(file, filter);
  return filter && file;
}

function which(program: string, path: string): string | undefined {
  return path.split(":").filter((dir) => dir.startsWith("/")).map((dir) => join(dir, program)).find((file) => {
    try {
      accessSync(file, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}
