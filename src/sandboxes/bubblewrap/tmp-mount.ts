// A private /tmp with a size limit that outlives the program: a tmpfs on the host, bound into the sandbox.
import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { promisify } from "node:util";

const run = promisify(execFile);

export async function mountTmp(dir: string, sizeMb: number): Promise<void> {
  await run("mount", ["-t", "tmpfs", "-o", `size=${sizeMb}m,mode=1777,nosuid,nodev`, "fugaz-tmp", dir]);
}

/** Lazily, so that a process that is still dying can not keep it. */
export async function unmountTmp(dir: string): Promise<void> {
  await run("umount", ["-l", dir]);
}

/** Mounts below `dir` that a killed server left. */
export async function unmountLeftovers(dir: string): Promise<void> {
  const left = readFileSync("/proc/self/mounts", "utf8").split("\n").map((line) => line.split(" ")).filter(([device]) => device === "fugaz-tmp").map(([, path = ""]) => unescapeMount(path));
  for (const path of left) if (path.startsWith(`${dir}/`)) await unmountTmp(path);
}

/** The kernel writes blanks in mount points as octal escapes. */
const unescapeMount = (path: string): string => path.replaceAll(/\\(\d{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));
