// Finds out what this machine can isolate, chooses, and says what was chosen and why.
import { execFile } from "node:child_process";
import { accessSync, constants } from "node:fs";
import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import type { Sandboxes } from "../ports/sandbox.ts";
import { bubblewrapSandboxes, type BubblewrapTools } from "./bubblewrap/bubblewrap-sandboxes.ts";
import { unmountLeftovers } from "./bubblewrap/tmp-mount.ts";
import { openCgroups, sweepRecorded } from "./cgroups/open.ts";
import { processSandboxes } from "./process/process-sandboxes.ts";
import { isOfDeadServer, newServerId } from "./server-identity.ts";

const run = promisify(execFile);

/** Below a server's directory: the control groups it made, for the sweep after its death. */
const GROUPS_FILE = "groups";

export interface SandboxOptions {
  readonly isolation: "auto" | "bubblewrap" | "process";
  /** Owned by the sandboxes: what a killed server left there is removed. */
  readonly dir: string;
  /** Where programs are looked up, as in $PATH. */
  readonly path: string;
}

/** What was demanded is not possible here; the message says why and what helps. */
class IsolationImpossible extends Error {
  override readonly name = "IsolationImpossible";
}

export async function openSandboxes(options: SandboxOptions): Promise<Sandboxes> {
  const serverId = newServerId();
  // The first two have children try what this machine allows, and run while we and our caller go on.
  const [cgroups, tools] = await Promise.all([
    process.platform === "linux" ? openCgroups(serverId) : "this is not Linux",
    options.isolation === "process" ? undefined : probeBubblewrap(options.path),
    // Two servers, or a server and a `doctor`, may look at the same directory at the same time.
    clearDead(resolve(options.dir)),
  ]);
  const dir = join(resolve(options.dir), serverId);
  await mkdir(dir, { recursive: true, mode: 0o700 });
  if (typeof cgroups !== "string") await writeFile(join(dir, GROUPS_FILE), cgroups.bases.join("\n"));
  if (tools === undefined) return processSandboxes(dir, cgroups, undefined);
  if (typeof tools !== "string") return bubblewrapSandboxes(dir, tools, cgroups);
  if (options.isolation === "bubblewrap") throw new IsolationImpossible(`Isolation by bubblewrap was asked for, but ${tools}`);
  return processSandboxes(dir, cgroups, `Containers are not possible because ${tools}`);
}

/** Removes what servers that were killed have left; that of living ones stays. */
async function clearDead(dir: string): Promise<void> {
  for (const name of await readdir(dir).catch(() => [])) {
    if (!isOfDeadServer(name)) continue;
    if (process.platform === "linux") {
      await sweepRecorded(name, (await readFile(join(dir, name, GROUPS_FILE), "utf8").catch(() => "")).split("\n"));
      await unmountLeftovers(join(dir, name));
    }
    await rm(join(dir, name), { recursive: true, force: true });
  }
}

/** The tools, or a sentence that says what is wrong and what helps. */
async function probeBubblewrap(path: string): Promise<BubblewrapTools | string> {
  if (process.platform !== "linux") return `${process.platform} has no Linux namespaces.`;
  const bwrap = which("bwrap", path);
  if (bwrap === undefined) return "bubblewrap is not installed. On Debian and Ubuntu: apt-get install bubblewrap.";
  const root = process.getuid?.() === 0;
  const setpriv = root ? which("setpriv", path) : undefined;
  if (root && setpriv === undefined) return "setpriv is not installed, which takes root's rights away from functions. On Debian and Ubuntu: apt-get install util-linux.";
  try {
    await run(bwrap, ["--unshare-pid", "--unshare-ipc", "--unshare-uts", ...(root ? [] : ["--unshare-user"]), "--ro-bind", "/", "/", "--proc", "/proc", "--dev", "/dev", "--", "/bin/true"]);
    return { bwrap, setpriv };
  } catch (error) {
    const said = (error as { stderr?: string }).stderr?.trim() ?? String(error);
    return `bwrap can not make namespaces here (it said: ${said}). Where user namespaces are forbidden: sysctl kernel.unprivileged_userns_clone=1 on Debian, sysctl kernel.apparmor_restrict_unprivileged_userns=0 on Ubuntu, or run Fugaz as root.`;
  }
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
