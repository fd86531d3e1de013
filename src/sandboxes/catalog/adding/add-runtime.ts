// Adds and removes what runtimes need beyond the machine's own: a Node.js binary, the Java client; for the rest it says how.
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { join } from "node:path";
import type { Runtimes } from "../../../ports/runtimes.ts";
import { addedNodeDir, javaClientDir } from "../added.ts";
import { promisedBy, type Promised } from "../names.ts";
import { isDirectory } from "../packages.ts";
import { AddProblem } from "./add-problem.ts";
import { addJavaClient } from "./java-client.ts";
import { addNode } from "./node.ts";

export interface AddOptions {
  readonly addedDir: string;
  /** Freshly opened: sees the machine as it is now. */
  readonly runtimes: Runtimes;
  /** A Maven repository; undefined: Maven's own settings, else Maven Central. */
  readonly mavenUrl: string | undefined;
}

/** Makes the runtime `name` exact, if that is possible. Answers a sentence about what was done. Throws AddProblem with what a person must do. */
export async function addRuntime(name: string, { addedDir, runtimes, mavenUrl }: AddOptions): Promise<string> {
  const promised = promisedBy(name);
  if (!promised) throw new AddProblem(`${name} can not be added. ${await runtimes.whyMissing(name)}`);
  const here = await runtimes.resolve(name);
  if (here?.origin === "function") return `${name} needs nothing: the function brings its own program.`;
  await mkdir(addedDir, { recursive: true });
  if (here?.exact) {
    await announceChange(addedDir);
    return `${name} is here already: ${here.version}, ${here.interpreter}.`;
  }
  if (promised.family === "node") return `Added Node.js ${await addNode(addedDir, name, promised.version)} for ${name}.`;
  if (promised.family === "java" && !(await isDirectory(javaClientDir(addedDir)))) return `Added the Java runtime interface client ${await addJavaClient(addedDir, mavenUrl)} for all Java runtimes.`;
  throw new AddProblem(howToInstall(name, promised));
}

/** Takes away what was added for `name`. Answers a sentence; throws AddProblem when nothing was. */
export async function removeRuntime(name: string, addedDir: string): Promise<string> {
  const java = promisedBy(name)?.family === "java";
  const dir = java ? javaClientDir(addedDir) : addedNodeDir(addedDir, name);
  if (promisedBy(name) === undefined || !(await isDirectory(dir))) throw new AddProblem(`Nothing was added for ${name}. \`fugaz runtime list\` shows what was.`);
  await rm(dir, { recursive: true, force: true });
  return java ? "Removed the Java runtime interface client: no Java function runs until it is added again." : `Removed the Node.js that was added for ${name}.`;
}

/** Makes running servers look around again. */
async function announceChange(addedDir: string): Promise<void> {
  await rm(await mkdtemp(join(addedDir, ".looked-")), { recursive: true });
}

function howToInstall(name: string, { family, version }: Promised): string {
  const number = version >= 100 ? `${Math.floor(version / 100)}.${version % 100}` : `${version}`;
  const again = `Then run \`fugaz runtime add ${name}\` again, so that a running server notices.`;
  switch (family) {
    case "python":
      return version < 300
        ? `Python ${number} is not on this machine, and Fugaz does not install it: use pyenv install 2.7.18. ${again}`
        : `Python ${number} is not on this machine, and Fugaz does not install it: use apt-get install python${number} where your distribution has it, uv python install ${number}, or pyenv install ${number}. ${again}`;
    case "ruby":
      return `Ruby ${number} is not on this machine, and Fugaz does not install it: use apt-get install ruby where your distribution has that version, or rbenv install ${number}.0. ${again}`;
    case "java":
      return `Java ${number} is not on this machine, and Fugaz does not install it: use apt-get install openjdk-${number}-jre-headless where your distribution has it, or sdk install java (SDKMAN). ${again}`;
    default:
      return `${name} can not be added.`;
  }
}
