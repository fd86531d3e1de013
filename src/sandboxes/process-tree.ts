// Looks at a process and its descendants through /proc, for hosts whose control groups we may not use.
import { readdirSync, readFileSync } from "node:fs";

const PAGE_BYTES = 4096;

/** The pid and all its descendants; only itself where the kernel does not list children. */
function treeOf(pid: number): readonly number[] {
  const tree = [pid];
  for (const parent of tree) {
    try {
      const children = readFileSync(`/proc/${parent}/task/${parent}/children`, "utf8").trim();
      if (children !== "") tree.push(...children.split(" ").map(Number));
    } catch {
      // The process has ended.
    }
  }
  return tree;
}

/** The process that is the first child's first child's … of `pid`, `depth` times; undefined when it is not there. */
export function descendant(pid: number, depth: number): number | undefined {
  if (depth === 0) return pid;
  try {
    const [child] = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim().split(" ");
    return child ? descendant(Number(child), depth - 1) : undefined;
  } catch {
    return undefined;
  }
}

/** Parent, grandparent and so on, up to process 1. */
export function ancestorsOf(pid: number): readonly number[] {
  const line: number[] = [];
  for (let current = parentOf(pid); current > 0; current = parentOf(current)) line.push(current);
  return line;
}

const parentOf = (pid: number): number => statField(pid, 4);

/** A number of /proc/pid/stat, counted from 1 as in proc(5), from the third on: the second is a name that may hold blanks. 0 where there is none. */
export function statField(pid: number, field: number): number {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    return Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[field - 3]);
  } catch {
    return 0;
  }
}

/** Resident memory of the whole tree in bytes, shared pages counted once per process; 0 when nothing can be read. */
export function residentBytes(pid: number): number {
  let bytes = 0;
  for (const member of treeOf(pid)) {
    try {
      const [, resident = "0", shared = "0"] = readFileSync(`/proc/${member}/statm`, "utf8").split(" ");
      bytes += (Number(resident) - Number(shared)) * PAGE_BYTES;
    } catch {
      // The process has ended.
    }
  }
  return bytes;
}

/** Sends a signal to the tree, children first so that none escapes to a new parent unseen. */
export function signalTree(pid: number, signal: NodeJS.Signals): void {
  for (const member of treeOf(pid).toReversed())
    try {
      process.kill(member, signal);
    } catch {
      // The process has ended.
    }
}

/** Ends what this user may end of the processes that were started with `text` somewhere in their environment, or that inherited the limit `lockMark`. */
export function killMarked(text: string, lockMark: number): void {
  const limit = new RegExp(`^Max file locks +${lockMark} `, "m");
  for (const name of readdirSync("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    try {
      if (limit.test(readFileSync(`/proc/${name}/limits`, "utf8")) || readFileSync(`/proc/${name}/environ`).includes(text)) process.kill(Number(name), "SIGKILL");
    } catch {
      // Somebody else's, or gone.
    }
  }
}
