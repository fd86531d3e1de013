// Adds a Node.js of a certain major: the binary package of npm, checked by npm itself, without running any of its scripts.
import { execFile } from "node:child_process";
import { mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { addedNodeDir } from "../added.ts";
import { nodePackages, OLDEST_MAJOR } from "../find-node.ts";
import { AddProblem, lastWords } from "./add-problem.ts";

const run = promisify(execFile);

const INSTALL_MS_MAX = 10 * 60_000;

/** Installs the newest release of `major` for the runtime `name` and answers its version. Throws AddProblem. */
export async function addNode(addedDir: string, name: string, major: number): Promise<string> {
  if (major < OLDEST_MAJOR)
    throw new AddProblem(`Fugaz runs functions on Node.js ${OLDEST_MAJOR} and newer; ${name} functions run on the nearest one. (Older ones lack what the runtime is written in.)`);
  const dir = await mkdtemp(join(addedDir, ".new-"));
  try {
    await writeFile(join(dir, "package.json"), '{"private":true}');
    const installed = await install(dir, major);
    const { stdout } = await run(join(installed, "bin/node"), ["--version"]).catch((error: unknown) => {
      throw new AddProblem(`The Node.js ${major} of npm does not start on this machine: ${lastWords(error)}`);
    });
    const target = addedNodeDir(addedDir, name);
    await rm(target, { recursive: true, force: true });
    await rename(installed, target);
    return stdout.trim().replace(/^v/, "");
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

async function install(dir: string, major: number): Promise<string> {
  const [packageName = ""] = nodePackages;
  const args = ["install", "--prefix", dir, "--ignore-scripts", "--no-package-lock", "--no-audit", "--no-fund", "--loglevel=error", `${packageName}@${major}`];
  await run("npm", args, { cwd: dir, timeout: INSTALL_MS_MAX }).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") throw new AddProblem("npm is not on the PATH; it comes with Node.js.");
    throw new AddProblem(`npm could not install ${packageName}@${major}: ${lastWords(error)}`);
  });
  return join(dir, "node_modules", packageName);
}
