// What an image starts: its own entry point and command or the function's, and whether there is such a program at all.
import { lstat, readdir, readlink } from "node:fs/promises";
import { join } from "node:path";
import type { ExternalExtension } from "../extensions/find.ts";
import type { ImageFacts, ImageOverride } from "../function.ts";

export interface ImageStart {
  readonly argv: readonly string[];
  readonly workingDirectory: string;
}

/** As containers do it: an entry point given by the function replaces the image's, and so does a command; each alone leaves the other. */
export function commandOf(image: ImageFacts, override: ImageOverride = {}): { readonly entryPoint: readonly string[]; readonly command: readonly string[] } {
  return { entryPoint: override.entryPoint ?? image.entryPoint, command: override.command ?? image.command };
}

export function imageStart(image: ImageFacts, override: ImageOverride = {}): ImageStart {
  const { entryPoint, command } = commandOf(image, override);
  return { argv: [...entryPoint, ...command], workingDirectory: override.workingDirectory ?? image.workingDirectory };
}

const EXTENSIONS = "/opt/extensions";
/** Linux allows 40. */
const LINK_HOPS_MAX = 40;

/** The command line when it can be started, else why not, as the original's supervisor words it. */
export async function judgeImageCommand(rootDir: string, { argv, workingDirectory }: ImageStart, path: string): Promise<{ readonly argv: readonly string[] } | { readonly missing: string; readonly errorType?: string }> {
  const [program] = argv;
  if (program === undefined || program === "") return { missing: "entrypoint requires the handler name to be the first argument" };
  if ((await modeOf(rootDir, workingDirectory))?.kind !== "directory") return { missing: `chdir ${workingDirectory}: no such file or directory`, errorType: "Runtime.InvalidWorkingDir" };
  if (program.includes("/")) {
    const missing = await programFlaw(rootDir, program.startsWith("/") ? program : join(workingDirectory, program), program);
    return missing === undefined ? { argv } : { missing };
  }
  for (const dir of path.split(":")) if (dir.startsWith("/") && (await modeOf(rootDir, join(dir, program)))?.executable) return { argv };
  return { missing: `exec: "${program}": executable file not found in $PATH` };
}

/** What an image has in `/opt/extensions`, not deeper, in order of names. */
export async function imageExtensions(rootDir: string): Promise<readonly ExternalExtension[]> {
  const found = await modeOf(rootDir, EXTENSIONS);
  if (found?.kind !== "directory") return [];
  const names = (await readdir(found.host, { withFileTypes: true })).filter((entry) => !entry.isDirectory()).map(({ name }) => name).sort();
  return await Promise.all(names.map(async (name) => ({ name, path: join(EXTENSIONS, name), flaw: await programFlaw(rootDir, join(EXTENSIONS, name)) })));
}

/** Why `name`, an absolute path of the image once links are followed, can not be executed; undefined when it can. */
async function programFlaw(rootDir: string, path: string, name = path): Promise<string | undefined> {
  const file = await modeOf(rootDir, path);
  if (!file) return `fork/exec ${name}: no such file or directory`;
  return file.executable ? undefined : `fork/exec ${name}: permission denied`;
}

interface Found {
  /** Where it lies on the host; no component is a link. */
  readonly host: string;
  readonly kind: "directory" | "file";
  readonly executable: boolean;
}

/** Looks at an absolute path as a process inside would, following links below the root only. */
async function modeOf(rootDir: string, path: string): Promise<Found | undefined> {
  const ahead = path.split("/");
  const at: string[] = [];
  let found: Found = { host: rootDir, kind: "directory", executable: false };
  for (let hops = 0; ahead.length > 0; ) {
    const name = ahead.shift() ?? "";
    if (name === "" || name === ".") continue;
    if (name === "..") {
      at.pop();
      found = { host: join(rootDir, ...at), kind: "directory", executable: false };
      continue;
    }
    const host = join(rootDir, ...at, name);
    const stat = await lstat(host).catch(() => undefined);
    if (!stat) return undefined;
    if (stat.isSymbolicLink()) {
      if (++hops > LINK_HOPS_MAX) return undefined;
      const target = await readlink(host);
      if (target.startsWith("/")) at.length = 0;
      ahead.unshift(...target.split("/"));
      continue;
    }
    at.push(name);
    found = { host, kind: stat.isDirectory() ? "directory" : "file", executable: stat.isFile() && (stat.mode & 0o111) !== 0 };
  }
  return found;
}
