// Finds Node.js binaries: the one that came with Fugaz, and others a person has installed.
import { execFile } from "node:child_process";
import { readdir, readFile, realpath } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import type { Interpreter } from "./interpreter.ts";
import { findPackage } from "./packages.ts";

const run = promisify(execFile);

/** The npm packages that hold a binary for this machine. */
export const nodePackages: readonly string[] = [`node-${process.platform}-${process.arch}`, `node-bin-${process.platform}-${process.arch}`];

/** Our wrapper is written in what this major understands. */
export const OLDEST_MAJOR = 16;

/** The binary of the `node-<os>-<cpu>` package; else the one that runs this server. */
export async function bundledNode(projectDir: string): Promise<Interpreter> {
  for (const name of nodePackages) {
    const dir = await findPackage(projectDir, name);
    if (dir === undefined) continue;
    const { version } = JSON.parse(await readFile(join(dir, "package.json"), "utf8")) as { readonly version: string };
    return { version, promise: majorOf(version), file: await realpath(join(dir, "bin/node")), origin: "bundled" };
  }
  const version = process.versions.node;
  return { version, promise: majorOf(version), file: await realpath(process.execPath), origin: "bundled" };
}

/** Binaries on the PATH and those of nvm, fnm and volta. Each is asked its version once; what does not answer is left out. */
export async function installedNodes(path: string, home: string): Promise<readonly Interpreter[]> {
  const managed = await Promise.all([
    versionsBelow(join(home, ".nvm/versions/node"), "bin/node"),
    versionsBelow(join(home, ".local/share/fnm/node-versions"), "installation/bin/node"),
    versionsBelow(join(home, ".volta/tools/image/node"), "bin/node"),
  ]);
  const files = new Set<string>();
  for (const file of [...path.split(":").filter((dir) => dir.startsWith("/")).map((dir) => join(dir, "node")), ...managed.flat()]) {
    const real = await realpath(file).catch(() => undefined);
    if (real !== undefined) files.add(real);
  }
  const found = await Promise.all([...files].map(async (file): Promise<Interpreter | undefined> => {
    const reply = await run(file, ["--version"]).catch(() => undefined);
    const version = /^v(\d+\.\d+\.\d+)/.exec(reply?.stdout ?? "")?.[1];
    return version === undefined ? undefined : { version, promise: majorOf(version), file, origin: "machine" };
  }));
  return found.filter((node) => node !== undefined);
}

const majorOf = (version: string): number => Number(version.split(".")[0]);

const versionsBelow = async (dir: string, binary: string): Promise<readonly string[]> =>
  (await readdir(dir).catch(() => [])).map((version) => join(dir, version, binary));
