// Finds npm packages the way Node does, whether Fugaz is a checkout or an installed dependency, without running npm.
import { readFile, stat } from "node:fs/promises";
import { dirname, join } from "node:path";

/** The directory of a package as seen from `fromDir`: the nearest node_modules upwards. */
export async function findPackage(fromDir: string, name: string): Promise<string | undefined> {
  for (let dir = fromDir; ; dir = dirname(dir)) {
    const candidate = join(dir, "node_modules", name);
    if (await isDirectory(candidate)) return candidate;
    if (dirname(dir) === dir) return undefined;
  }
}

/** One name in a node_modules directory: a package, or a scope with all its packages. */
export interface Entry {
  readonly dir: string;
  /** `name@version` of each package that is needed of it. */
  readonly versions: readonly string[];
}

/**
 * What `require` must find for the given packages to work, as entries of one node_modules directory: scopes (`@aws-sdk`) and single packages (`bowser`).
 * Packages nested inside others come with them.
 */
export async function closure(fromDir: string, roots: readonly string[]): Promise<ReadonlyMap<string, Entry>> {
  const entries = new Map<string, Entry>();
  const waiting = [...roots];
  const seen = new Set(waiting);
  for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
    const dir = await findPackage(fromDir, name);
    if (dir === undefined) continue;
    const { dependencies = {}, version = "" } = JSON.parse(await readFile(join(dir, "package.json"), "utf8")) as { readonly version?: string; readonly dependencies?: Readonly<Record<string, string>> };
    const entry = name.startsWith("@") ? (name.split("/")[0] ?? name) : name;
    entries.set(entry, { dir: entry === name ? dir : dirname(dir), versions: [...(entries.get(entry)?.versions ?? []), `${name}@${version}`] });
    for (const next of Object.keys(dependencies).filter((dependency) => !seen.has(dependency))) {
      seen.add(next);
      waiting.push(next);
    }
  }
  return entries;
}

export const isDirectory = (path: string): Promise<boolean> => stat(path).then((stats) => stats.isDirectory(), () => false);
