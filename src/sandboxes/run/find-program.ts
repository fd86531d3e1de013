// A program is looked up on the PATH we were given, once, so that later starts name an absolute file and inherit no PATH.
import { access, constants, stat } from "node:fs/promises";
import { delimiter, join } from "node:path";

/** Directories where system tools live although a user's PATH may leave them out. */
const systemDirs = ["/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin"];

/** The first executable file of that name on `path`, then in the system's directories. */
export async function findProgram(name: string, path: string): Promise<string | undefined> {
  for (const dir of [...path.split(delimiter), ...systemDirs]) {
    if (!dir.startsWith("/")) continue;
    const file = join(dir, name);
    if (await isExecutableFile(file)) return file;
  }
  return undefined;
}

export async function isExecutableFile(file: string): Promise<boolean> {
  try {
    await access(file, constants.X_OK);
    return (await stat(file)).isFile();
  } catch {
    return false;
  }
}
