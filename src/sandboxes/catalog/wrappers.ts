// Lays out what a sandbox sees at /var/runtime: our wrapper, and the SDKs for functions that do not bundle them.
import { cp, mkdir, readdir, rm, symlink } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import type { Mount } from "../../ports/sandbox.ts";
import { closure, findPackage, isDirectory } from "./packages.ts";
import { cacheBeside, sdkTree } from "./sdk-tree.ts";

export interface Wrapper {
  /** Host directory to be mounted at /var/runtime. */
  readonly dir: string;
  /** The SDKs. */
  readonly mounts: readonly Mount[];
}

/** Node: the wrapper and `node_modules` with the AWS SDK clients that came with Fugaz, and aws-sdk v2 when the machine has it. */
export async function layOutNode(dir: string, projectDir: string, path: string): Promise<Wrapper> {
  await renew(dir, join(projectDir, "runtimes/node"));
  // A place to mount the tree at.
  await mkdir(join(dir, "node_modules"));
  const core = await findPackage(projectDir, "@aws-sdk/core");
  const clients = core === undefined ? [] : (await readdir(dirname(core))).filter((name) => /^(client|lib)-|^s3-request-presigner$/.test(name)).map((name) => `@aws-sdk/${name}`);
  const entries = new Map(await closure(projectDir, clients));
  const v2 = (await findPackage(projectDir, "aws-sdk")) ?? (await globalPackage(path, "aws-sdk"));
  if (v2 !== undefined) for (const [name, entry] of await closure(dirname(dirname(v2)), ["aws-sdk"])) entries.set(name, entries.get(name) ?? entry);
  const modules = await sdkTree([...(core === undefined ? [] : [cacheBeside(core)]), dirname(dir)], entries);
  return { dir, mounts: [{ source: modules, target: "/var/runtime/node_modules" }] };
}

/** Python: the wrapper, and boto3 from `sdk` beside it, where every Python looks last. */
export async function layOutPython(dir: string, projectDir: string, sdk: readonly string[]): Promise<Wrapper> {
  await renew(dir, join(projectDir, "runtimes/python"));
  for (const target of sdk) await symlink(target, join(dir, basename(target)));
  // At the same paths, so that the links hold inside and outside.
  return { dir, mounts: sdk.map((path): Mount => ({ source: path, target: path })) };
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
