// Counts from outside what a running server holds, and looks for what one that has ended left behind.
import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { join } from "node:path";
import { processesBelow } from "../processes.ts";

/** What is counted and how many there are; memory in MB. */
export type Census = Readonly<Record<string, number>>;

/** Where a server's traces can be: all of these are its own. */
export interface Place {
  readonly pid: number;
  readonly dataDir: string;
  readonly tmpDir: string;
}

export function takeCensus({ pid, dataDir, tmpDir }: Place): Census {
  const below = processesBelow(pid);
  const status = textOf(`/proc/${pid}/status`);
  const kb = (name: string): number => Number(new RegExp(`${name}:\\s+(\\d+)`).exec(status)?.[1] ?? Number.NaN);
  return {
    "processes below the server": below.length,
    "threads of the server": kb("Threads"),
    "control groups": groupsOf(pid).reduce((sum, base) => sum + directoriesIn(base).length, 0),
    "mounts the host sees": mountsNaming(dataDir),
    "mounts the server sees": textOf(`/proc/${pid}/mounts`).split("\n").length,
    "mount namespaces of its processes": new Set(below.map((each) => linkOf(`/proc/${each}/ns/mnt`))).size,
    ...descriptorsOf(pid),
    "files in the data directory": filesIn(dataDir),
    "files in its temporary directory": filesIn(tmpDir),
    "memory resident": kb("VmRSS") / 1024,
    "memory of its own": kb("RssAnon") / 1024,
  };
}

/** What a process can hold open. */
const KINDS = ["socket", "pipe", "namespace", "file", "other"] as const;

function descriptorsOf(pid: number): Census {
  const counts = new Map<string, number>(KINDS.map((kind) => [kind, 0]));
  for (const fd of namesIn(`/proc/${pid}/fd`)) {
    const target = linkOf(`/proc/${pid}/fd/${fd}`);
    const kind = target.startsWith("socket:") ? "socket" : target.startsWith("pipe:") ? "pipe" : /^(mnt|user):/.test(target) || target.startsWith("/proc/") ? "namespace" : target.startsWith("/") ? "file" : "other";
    counts.set(kind, (counts.get(kind) ?? 0) + 1);
  }
  return Object.fromEntries([...counts].map(([kind, count]) => [`descriptors: ${kind}`, count]));
}

/** The directories of a server's control groups, one per hierarchy. */
export function groupsOf(pid: number): readonly string[] {
  const look = (dir: string, depth: number): readonly string[] =>
    directoriesIn(dir).flatMap((name) => (name.startsWith(`fugaz-${pid}-`) ? [join(dir, name)] : depth > 0 && !name.startsWith("fugaz-") ? look(join(dir, name), depth - 1) : []));
  return look("/sys/fs/cgroup", 4);
}

/** One line for each trace that is left of servers that have ended: those with these process ids, in these places. */
export function leftBehind(places: readonly Place[]): readonly string[] {
  const dirs = new Set(places.flatMap(({ dataDir, tmpDir }) => [dataDir, tmpDir]));
  return [
    ...[...dirs].flatMap((dir) => processesNaming(dir)),
    ...places.flatMap(({ pid }) => groupsOf(pid)).map((group) => `control group ${group}`),
    ...[...dirs].filter((dir) => mountsNaming(dir) > 0).map((dir) => `a mount of ${dir}`),
    ...places.flatMap(({ dataDir }) => namesIn(join(dataDir, "sandboxes"))).map((name) => `sandboxes/${name}`),
    ...places.flatMap(({ tmpDir }) => namesIn(tmpDir)).map((name) => `temporary file ${name}`),
  ];
}

/** Processes that were started with this directory in their command line or environment, or stand in it; but for the one who asks. */
function processesNaming(dir: string): readonly string[] {
  return namesIn("/proc").filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid).filter((pid) => [textOf(`/proc/${pid}/cmdline`), textOf(`/proc/${pid}/environ`), linkOf(`/proc/${pid}/cwd`)].some((text) => text.includes(dir)))
    .map((pid) => `process ${pid}: ${textOf(`/proc/${pid}/cmdline`).replaceAll("\0", " ")}`);
}

const mountsNaming = (dir: string): number => textOf("/proc/self/mounts").split("\n").filter((line) => line.includes(dir)).length;

/** Links are counted, not followed. */
function filesIn(dir: string): number {
  try {
    return readdirSync(dir, { withFileTypes: true }).reduce((sum, entry) => sum + (entry.isDirectory() ? filesIn(join(dir, entry.name)) : 1), 0);
  } catch {
    // It has just been removed.
    return 0;
  }
}

const directoriesIn = (dir: string): readonly string[] => {
  try {
    return readdirSync(dir, { withFileTypes: true }).filter((entry) => entry.isDirectory()).map(({ name }) => name);
  } catch {
    return [];
  }
};

const namesIn = (dir: string): readonly string[] => {
  try {
    return readdirSync(dir);
  } catch {
    return [];
  }
};

const textOf = (file: string): string => {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
};

const linkOf = (path: string): string => {
  try {
    return readlinkSync(path);
  } catch {
    return "";
  }
};
