// Removes unpacked code, whose directories are read-only: that stops everyone but root.
import { chmod, readdir, rm } from "node:fs/promises";
import { join } from "node:path";

/** Removes the directory, whatever is in it and wherever below it directories are read-only; no-op when it is not there. */
export async function removeTree(path: string): Promise<void> {
  const remove = (): Promise<void> => rm(path, { recursive: true, force: true });
  await remove().catch(async () => {
    await makeWritable(path);
    await remove();
  });
}

/** From the top down: a directory that can not be searched hides what is below it. */
async function makeWritable(dir: string): Promise<void> {
  await chmod(dir, 0o755).catch(() => undefined);
  const entries = await readdir(dir, { withFileTypes: true }).catch(() => []);
  for (const entry of entries) if (entry.isDirectory()) await makeWritable(join(dir, entry.name));
}
