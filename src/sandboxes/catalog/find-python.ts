// Finds Python interpreters behind shims and virtual environments, and asks each what a sandbox needs to know.
import { execFile } from "node:child_process";
import { access, constants, readdir, realpath } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import type { Interpreter } from "./interpreter.ts";
import { minorOf } from "./names.ts";

const run = promisify(execFile);

export interface Python extends Interpreter {
  /** Installation prefix: interpreter, standard library, site-packages. */
  readonly prefix: string;
  /** Files and directories of boto3 and what it imports, empty when it is not installed there. */
  readonly sdk: readonly string[];
}

const QUESTION = `
import importlib.util, json, os, sys
def origin(name):
    spec = importlib.util.find_spec(name)
    if spec is None or not spec.origin: return None
    return os.path.dirname(spec.origin) if spec.submodule_search_locations else spec.origin
sdk = [origin(name) for name in ("boto3", "botocore", "s3transfer", "jmespath", "dateutil", "urllib3", "six")]
print(json.dumps({"version": "%d.%d.%d" % sys.version_info[:3], "file": os.path.realpath(getattr(sys, "_base_executable", None) or sys.executable),
  "prefix": os.path.realpath(sys.base_prefix), "sdk": sdk if all(sdk[:4]) else []}))
`;

/** Python 2 is only asked where it is. */
const QUESTION_2 = `
import json, os, sys
print(json.dumps({"version": "%d.%d.%d" % sys.version_info[:3], "file": os.path.realpath(sys.executable), "prefix": os.path.realpath(getattr(sys, "real_prefix", sys.prefix)), "sdk": []}))
`;

/** Those on the PATH first, then pyenv's and uv's. */
export async function installedPythons(path: string, home: string, major: 2 | 3 = 3): Promise<readonly Python[]> {
  const names = major === 3 ? /^python3(\.\d+)?$/ : /^python2(\.7)?$/;
  const dirs = [...path.split(":").filter((dir) => dir.startsWith("/")), "/usr/local/bin", "/usr/bin", ...(await binDirs(join(home, ".pyenv/versions"))), ...(await binDirs(join(home, ".local/share/uv/python")))];
  const seen = new Set<string>();
  const files: string[] = [];
  for (const dir of new Set(dirs))
    for (const name of (await readdir(dir).catch(() => [])).filter((entry) => names.test(entry)).sort()) {
      const real = await realpath(join(dir, name)).catch(() => undefined);
      // A shim is a script that picks an interpreter by its own name: ask each of them.
      const key = real?.endsWith("/pyenv") || dir.endsWith("/shims") ? join(dir, name) : real;
      if (key === undefined || seen.has(key) || !(await executable(key))) continue;
      seen.add(key);
      files.push(key);
    }
  const answers = await Promise.all(files.map((file) => ask(file, major === 3 ? QUESTION : QUESTION_2)));
  const byFile = new Map(answers.filter((answer) => answer !== undefined).map((python) => [python.file, python]));
  return [...byFile.values()];
}

async function ask(file: string, question: string): Promise<Python | undefined> {
  const reply = await run(file, ["-c", question], { timeout: 10_000, env: {} }).catch(() => undefined);
  if (!reply) return undefined;
  const { version, file: real, prefix, sdk } = JSON.parse(reply.stdout) as { version: string; file: string; prefix: string; sdk: (string | null)[] };
  return { version, promise: minorOf(version), file: real, prefix, sdk: sdk.filter((path) => path !== null), origin: "machine" };
}

const executable = (file: string): Promise<boolean> => access(file, constants.X_OK).then(() => true, () => false);
const binDirs = async (dir: string): Promise<readonly string[]> => (await readdir(dir).catch(() => [])).map((name) => join(dir, name, "bin"));
