// How long a process, and all that it has started, has had a processor, as Linux counts it in nanoseconds: steadier than any time on a clock.
import { readdirSync, readFileSync } from "node:fs";

/** All in µs since their starts. */
export interface CpuTime {
  readonly mainThreadUs: number;
  readonly otherThreadsUs: number;
  /** Of each process below it, by pid. */
  readonly below: ReadonlyMap<number, number>;
}

export function cpuTimeOf(pid: number): CpuTime {
  const { main, others } = threadsOf(pid);
  const below = new Map<number, number>();
  const parents = new Map(pids().map((each) => [each, parentOf(each)]));
  const isBelow = (each: number): boolean => {
    const parent = parents.get(each);
    return parent !== undefined && (parent === pid || isBelow(parent));
  };
  for (const each of parents.keys()) {
    if (!isBelow(each)) continue;
    const threads = threadsOf(each);
    below.set(each, threads.main + threads.others);
  }
  return { mainThreadUs: main, otherThreadsUs: others, below };
}

/** What processes below have used between two readings. */
export function belowUs(before: CpuTime, after: CpuTime): number {
  let sum = 0;
  for (const [pid, us] of after.below) sum += us - (before.below.get(pid) ?? 0);
  return sum;
}

const pids = (): readonly number[] => readdirSync("/proc").filter((name) => /^\d+$/.test(name)).map(Number);

function parentOf(pid: number): number | undefined {
  const stat = read(`/proc/${pid}/stat`);
  // The name before it may hold anything.
  return stat === "" ? undefined : Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]);
}

function threadsOf(pid: number): { readonly main: number; readonly others: number } {
  let main = 0;
  let others = 0;
  for (const thread of list(`/proc/${pid}/task`)) {
    const us = Number(read(`/proc/${pid}/task/${thread}/schedstat`).split(" ")[0] ?? 0) / 1000;
    if (Number(thread) === pid) main += us;
    else others += us;
  }
  return { main, others };
}

/** Processes end while we look. */
function read(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
}

function list(dir: string): readonly string[] {
  try {
    return readdirSync(dir);
  } catch {
    return [];
  }
}
