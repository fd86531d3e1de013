// Lays trees over each other without copying a byte: what /opt shows of several layers.
import { chmod, link, lstat, mkdir, readdir, readlink, rm, symlink } from "node:fs/promises";
import { join } from "node:path";

/** Makes `dir`, which must not exist, of hard links to the files of `trees`; where two have the same path, the later one wins. */
export async function mergeTrees(trees: readonly string[], dir: string): Promise<void> {
  const directories = new Set<string>();
  await mkdir(dir);
  for (const tree of trees) await lay(tree, dir, directories);
  // Read-only at the end, as unpacked code is.
  for (const path of [...directories, dir]) await chmod(path, 0o555);
}

async function lay(from: string, to: string, directories: Set<string>): Promise<void> {
  for (const entry of await readdir(from, { withFileTypes: true })) {
    const [source, target] = [join(from, entry.name), join(to, entry.name)];
    const there = await lstat(target).catch(() => undefined);
    if (entry.isDirectory()) {
      if (there && !there.isDirectory()) await rm(target);
      if (!there?.isDirectory()) await mkdir(target);
      directories.add(target);
      await lay(source, target, directories);
      continue;
    }
    if (there) {
      await rm(target, { recursive: true });
      for (const path of directories) if (path === target || path.startsWith(`${target}/`)) directories.delete(path);
    }
    if (entry.isSymbolicLink()) await symlink(await readlink(source), target);
    else await link(source, target);
  }
}
