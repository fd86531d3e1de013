// Finds out what this machine can isolate, chooses, and says what was chosen and why.
import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import type { Sandboxes } from "../ports/sandbox.ts";
import { bubblewrapSandboxes } from "./bubblewrap/bubblewrap-sandboxes.ts";
import { probeTools } from "./bubblewrap/probe.ts";
import { openCgroups, sweepRecorded } from "./cgroups/open.ts";
import { killMarked } from "./process-tree.ts";
import { LIVE, processSandboxes } from "./process/process-sandboxes.ts";
import { isOfDeadServer, lockMarkOf, newServerId } from "./server-identity.ts";

/** Below a server's directory: the control groups it made, for the sweep after its death. */
const GROUPS_FILE = "groups";

export interface SandboxOptions {
  readonly isolation: "auto" | "bubblewrap" | "process";
  /** Owned by the sandboxes: what a killed server left there is removed. */
  readonly dir: string;
  /** Where programs are looked up, as in $PATH. */
  readonly path: string;
  /** Directory of what may be added to running sandboxes; made if need be. */
  readonly shelf?: string;
}

/** What was demanded is not possible here; the message says why and what helps. */
class IsolationImpossible extends Error {
  override readonly name = "IsolationImpossible";
}

export async function openSandboxes(options: SandboxOptions): Promise<Sandboxes> {
  const serverId = newServerId();
  const [cgroups] = await Promise.all([
    process.platform === "linux" ? openCgroups(serverId) : "this is not Linux",
    // Two servers, or a server and a `doctor`, may look at the same directory at the same time.
    clearDead(resolve(options.dir)),
  ]);
  const dir = join(resolve(options.dir), serverId);
  await mkdir(dir, { recursive: true, mode: 0o700 });
  if (typeof cgroups !== "string") await writeFile(join(dir, GROUPS_FILE), cgroups.bases.join("\n"));
  if (options.isolation === "process") return processSandboxes(dir, cgroups, undefined);
  const tools = await probeTools(options.path, dir, typeof cgroups === "string" ? undefined : cgroups);
  if (options.shelf !== undefined) await mkdir(options.shelf, { recursive: true });
  if (typeof tools !== "string") return bubblewrapSandboxes(dir, tools, cgroups, options.shelf);
  if (options.isolation === "bubblewrap") throw new IsolationImpossible(`Isolation by bubblewrap was asked for, but ${tools}`);
  return processSandboxes(dir, cgroups, `Containers are not possible because ${tools}`);
}

/** Removes what servers that were killed have left; that of living ones stays. */
async function clearDead(dir: string): Promise<void> {
  for (const name of await readdir(dir).catch(() => [])) {
    if (!isOfDeadServer(name)) continue;
    // Plain processes without a group: one that was stopped, or runs in the background, never notices that its server is gone.
    if (process.platform === "linux") killMarked(join(dir, name, LIVE), lockMarkOf(name));
    if (process.platform === "linux") await sweepRecorded(name, (await readFile(join(dir, name, GROUPS_FILE), "utf8").catch(() => "")).split("\n"));
    await rm(join(dir, name), { recursive: true, force: true });
  }
}
