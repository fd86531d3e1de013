// Finds Java installations without starting them: each one has a file that names its version.
import { readdir, readFile, realpath } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Interpreter } from "./interpreter.ts";

export interface Java extends Interpreter {
  readonly home: string;
  /** Where the distribution keeps its configuration outside of `home`. */
  readonly configDirs: readonly string[];
}

/** Files of an installation that distributions replace by links into /etc. */
const LINKED = ["conf/security/java.security", "conf/net.properties", "lib/jvm.cfg", "lib/security/java.security", "lib/security/default.policy", "lib/amd64/jvm.cfg"];

/** Those of JAVA_HOME and the PATH first, then the system's and SDKMAN's. */
export async function installedJavas(path: string, home: string, javaHome: string | undefined): Promise<readonly Java[]> {
  const candidates = [
    ...(javaHome === undefined ? [] : [javaHome]),
    ...(await Promise.all(path.split(":").filter((dir) => dir.startsWith("/")).map((dir) => homeOf(join(dir, "java"))))),
    ...(await below("/usr/lib/jvm")), ...(await below(join(home, ".sdkman/candidates/java"))), ...(await below("/opt/java")), "/opt/java",
  ];
  const homes = new Map<string, Java>();
  for (const candidate of candidates) {
    const file = candidate === undefined ? undefined : await realpath(join(candidate, "bin/java")).catch(() => undefined);
    if (file === undefined) continue;
    const real = dirname(dirname(file));
    if (!homes.has(real)) {
      const java = await examine(real, file);
      if (java) homes.set(real, java);
    }
  }
  return [...homes.values()];
}

async function examine(home: string, file: string): Promise<Java | undefined> {
  // The runtime inside a Java 8 development kit has its file one level up.
  const release = await readFile(join(home, "release"), "utf8").catch(() => readFile(join(dirname(home), "release"), "utf8").catch(() => ""));
  const version = /^JAVA_VERSION="([^"]+)"/m.exec(release)?.[1];
  if (version === undefined) return undefined;
  return { version, promise: majorOf(version), file, origin: "machine", home, configDirs: await configDirs(home) };
}

/** `1.8.0_392` is Java 8. */
const majorOf = (version: string): number => Number(/^(?:1\.)?(\d+)/.exec(version)?.[1] ?? 0);

async function configDirs(home: string): Promise<readonly string[]> {
  const dirs = new Set<string>();
  for (const name of LINKED) {
    const real = await realpath(join(home, name)).catch(() => undefined);
    const [, dir] = /^(\/etc\/[^/]+)\//.exec(real ?? "") ?? [];
    if (dir !== undefined) dirs.add(dir);
  }
  return [...dirs];
}

const homeOf = async (file: string): Promise<string | undefined> => realpath(file).then((real) => dirname(dirname(real)), () => undefined);
const below = async (dir: string): Promise<readonly string[]> => (await readdir(dir).catch(() => [])).map((name) => join(dir, name));
