// Which functions a folder holds: itself, or each of its subfolders that looks like one.
import { readdir, realpath, stat } from "node:fs/promises";
import { basename, join } from "node:path";
import { UserError } from "../cli/user-error.ts";
import { entryOf, whatIsLookedFor } from "./entry.ts";
import { isSourceFolder } from "./ignored.ts";

export interface FoundFunction {
  readonly name: string;
  /** Absolute, without links. */
  readonly folder: string;
}

/** `whole`: the folder is one function whatever it looks like, since somebody said how to run it. */
export async function findFunctions(dir: string, whole: boolean): Promise<readonly FoundFunction[]> {
  const root = await realpath(dir).catch(() => undefined);
  if (root === undefined || !(await stat(root)).isDirectory()) throw new UserError(`${dir} is no folder.`);
  if (whole || (await entryOf(root))) return [{ name: nameOf(root), folder: root }];
  const entries = await readdir(root, { withFileTypes: true });
  const folders = await Promise.all(entries.filter((entry) => entry.isDirectory() && isSourceFolder(entry.name)).map((entry) => realpath(join(root, entry.name))));
  const found: FoundFunction[] = [];
  for (const folder of folders.sort()) if (await entryOf(folder)) found.push({ name: nameOf(folder), folder });
  if (found.length === 0)
    throw new UserError(`Neither ${root} nor a folder in it holds a function. Looked for: ${whatIsLookedFor}. Say what to run with --handler and --runtime.`);
  const twice = found.find(({ name }, index) => found.findIndex((other) => other.name === name) !== index);
  if (twice) throw new UserError(`Two folders in ${root} would be the function ${twice.name}. Rename one.`);
  return found;
}

/** Names of templates that tools of others read, and this one does not. */
export async function unreadTemplates(dir: string): Promise<readonly string[]> {
  const names = await readdir(dir).catch((): string[] => []);
  return names.filter((name) => /^(template\.ya?ml|serverless\.(ya?ml|json|ts|js)|samconfig\.(toml|ya?ml))$/.test(name)).sort();
}

/** AWS: letters, digits, hyphens and underscores, 64 at most. */
const nameOf = (folder: string): string => basename(folder).replaceAll(/[^A-Za-z0-9_-]+/g, "-").replaceAll(/^-+|-+$/g, "").slice(0, 64) || "function";
