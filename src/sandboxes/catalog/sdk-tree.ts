// One directory with the packages that functions find without bundling them: where it is mounted, nothing tells where Fugaz itself lies.
import { constants, copyFile, link, mkdir, mkdtemp, readdir, rename, rm, stat } from "node:fs/promises";
import { createHash } from "node:crypto";
import { basename, dirname, join } from "node:path";
import type { Entry } from "./packages.ts";
import { isDirectory } from "./packages.ts";

/** What no program reads at run time. */
const IDLE = /\.(d\.[cm]?ts|map|md)$|^dist-types$/;

/**
 * A directory named node_modules with these packages, made once for each set of versions: below one of `places`, the first that can be written.
 * The files are links to the installed ones where the file system allows it; so the tree takes no room and some 0.2 s.
 */
export async function sdkTree(places: readonly string[], entries: ReadonlyMap<string, Entry>): Promise<string> {
  const key = createHash("sha256").update(JSON.stringify([...entries].map(([name, { dir, versions }]) => [name, dir, versions]).sort())).digest("hex").slice(0, 16);
  let failure: unknown;
  for (const place of places) {
    const made = join(place, `sdk-${key}`);
    const modules = join(made, "node_modules");
    if (await isDirectory(modules)) return modules;
    try {
      await mkdir(place, { recursive: true });
      const making = await mkdtemp(`${made}-`);
      try {
        for (const [name, { dir }] of entries) await linkTree(dir, join(making, "node_modules", name));
        await rename(making, made);
      } catch (error) {
        await rm(making, { recursive: true, force: true });
        // Another server was faster.
        if (!(await isDirectory(modules))) throw error;
      }
      return modules;
    } catch (error) {
      failure = error;
    }
  }
  throw failure;
}

async function linkTree(source: string, target: string): Promise<void> {
  await mkdir(target, { recursive: true });
  await Promise.all((await readdir(source)).filter((name) => !IDLE.test(name)).map(async (name) => {
    const [from, to] = [join(source, name), join(target, name)];
    // Package managers that link packages are followed.
    if ((await stat(from)).isDirectory()) return basename(from) === ".bin" ? undefined : linkTree(from, to);
    return link(from, to).catch(() => copyFile(from, to, constants.COPYFILE_FICLONE));
  }));
}

/** Where trees of packages that lie in this node_modules may be kept: beside them, so that files can be linked. */
export const cacheBeside = (packageDir: string): string => {
  let dir = packageDir;
  while (basename(dir) !== "node_modules") dir = dirname(dir);
  return join(dir, ".cache/fugaz");
};
