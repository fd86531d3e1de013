// Lays out what a sandbox sees at /var/runtime: our wrapper, and links to the SDKs for functions that do not bundle them.
import { cp, mkdir, readdir, rm, symlink } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import type { Mount } from "../../ports/sandbox.ts";
import { closure, findPackage, isDirectory } from "./packages.ts";

export interface Wrapper {
  /** Host directory to be mounted at /var/runtime. */
  readonly dir: string;
  /** Where the links lead, mounted at the same paths so that they hold inside and outside. */
  readonly mounts: readonly Mount[];
}

/** Node: the wrapper and `node_modules` with the AWS SDK clients that came with Fugaz, and aws-sdk v2 when the machine has it. */
export async function layOutNode(dir: string, projectDir: string, path: string): Promise<Wrapper> {
  await renew(dir, join(projectDir, "runtimes/node"));
  const modules = join(dir, "node_modules");
  await mkdir(modules);
  const core = await findPackage(projectDir, "@aws-sdk/core");
  const clients = core === undefined ? [] : (await readdir(dirname(core))).filter((name) => /^(client|lib)-|^s3-request-presigner$/.test(name)).map((name) => `@aws-sdk/${name}`);
  const entries = new Map(await closure(projectDir, clients));
  const v2 = (await findPackage(projectDir, "aws-sdk")) ?? (await globalPackage(path, "aws-sdk"));
  if (v2 !== undefined) for (const [name, target] of await closure(dirname(dirname(v2)), ["aws-sdk"])) entries.set(name, entries.get(name) ?? target);
  for (const [name, target] of entries) await symlink(target, join(modules, name));
  return { dir, mounts: [...entries.values()].map(samePath) };
}

/** Python: the wrapper, and boto3 from `sdk` beside it, where every Python looks last. */
export async function layOutPython(dir: string, projectDir: string, sdk: readonly string[]): Promise<Wrapper> {
  await renew(dir, join(projectDir, "runtimes/python"));
  for (const target of sdk) await symlink(target, join(dir, basename(target)));
  return { dir, mounts: sdk.map(samePath) };
}

/** Ruby and Python 2: only the wrapper; the libraries of the machine are found where they are. */
export async function layOutPlain(dir: string, source: string): Promise<Wrapper> {
  await renew(dir, source);
  return { dir, mounts: [] };
}

/** `npm install -g` puts packages beside the programs it links: into the prefixes of the PATH, nvm's and one's own too, or the system's. */
async function globalPackage(path: string, name: string): Promise<string | undefined> {
  const programs = path.split(":").filter((dir) => dir.startsWith("/"));
  for (const bin of [...programs, "/usr/local/bin", "/usr/bin"]) {
    const dir = join(dirname(bin), "lib/node_modules", name);
    if (await isDirectory(dir)) return dir;
  }
  return undefined;
}

async function renew(dir: string, source: string): Promise<void> {
  await rm(dir, { recursive: true, force: true });
  await mkdir(dirname(dir), { recursive: true });
  await cp(source, dir, { recursive: true, filter: (path) => !path.includes("__pycache__") });
}

const samePath = (path: string): Mount => ({ source: path, target: path });
