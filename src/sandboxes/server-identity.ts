// Names what belongs to one running server (groups, directories), so that a later start can tell a killed server's leavings from a living one's.
import { createHash } from "node:crypto";
import { statField } from "./process-tree.ts";

let opened = 0;

/** `<pid>-<start time of that process>-<number>`: unique on this machine even when process ids come round again. */
export function newServerId(): string {
  return `${process.pid}-${startTicks(process.pid)}-${++opened}`;
}

/** True for a name made by `newServerId` in a process that has ended; false for anything else. */
export function isOfDeadServer(id: string): boolean {
  const [, pid, ticks] = /^(\d+)-(\d+)-\d+$/.exec(id) ?? [];
  if (pid === undefined) return false;
  return !isAlive(Number(pid)) || String(startTicks(Number(pid))) !== ticks;
}

/**
 * A number that marks all processes of a server: as their limit on file locks, which Linux has had no use for since 2.4, but which every child inherits,
 * whatever becomes of its environment, session and parents.
 */
export const lockMarkOf = (id: string): number => 2 ** 40 + Number.parseInt(createHash("sha256").update(id).digest("hex").slice(0, 10), 16);

const startTicks = (pid: number): number => statField(pid, 22);

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
