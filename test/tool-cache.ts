// Keeps what tests fetch from public registries and compile, so that only the first run on a machine pays for it.
import { execFile } from "node:child_process";
import { mkdir, mkdtemp, rename, rm, stat } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);
const root = join(process.env["XDG_CACHE_HOME"] ?? join(homedir(), ".cache"), "fugaz-tests");

/** What takes a minute or more to build is built only when this is asked for; once built it is used. */
const ALL = process.env["FUGAZ_CONFORMANCE"] === "1";

/** A directory that `make` has filled, now or earlier; else a sentence that says why there is none, for `skip`. `key` names versions too. */
export async function cached(key: string, make: (dir: string) => Promise<void>, options: { readonly slow?: true } = {}): Promise<{ readonly dir: string } | { readonly missing: string }> {
  const dir = join(root, key);
  if (await stat(dir).catch(() => undefined)) return { dir };
  if (options.slow && !ALL) return without(`${key} takes long to build: FUGAZ_CONFORMANCE=1 does it once`);
  await mkdir(root, { recursive: true });
  const fresh = await mkdtemp(join(root, ".new-"));
  try {
    await make(fresh);
    await rename(fresh, dir);
    return { dir };
  } catch (error) {
    const { stderr, message } = error as { readonly stderr?: string; readonly message: string };
    return without(`${key} is not available here: ${(stderr?.trim() || message).slice(-500)}`);
  } finally {
    await rm(fresh, { recursive: true, force: true });
  }
}

function without(missing: string): { readonly missing: string } {
  console.warn(`Skipped: ${missing}`);
  return { missing };
}

/** Runs a program of the machine in `dir`, for at most five minutes. */
export const tool = (dir: string, program: string, args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<{ readonly stdout: string }> =>
  run(program, [...args], { cwd: dir, timeout: 300_000, env: { ...process.env, ...env }, maxBuffer: 16 * 2 ** 20 });
