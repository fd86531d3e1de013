// What a control group does for one sandbox, whichever cgroup version the host has.

export interface GroupLimits {
  /** Undefined: as before. */
  readonly memoryBytes: number | undefined;
  readonly cpus: number;
  readonly processesMax: number;
}

/**
 * A program gets CPU in proportion to `cpus` when the machine is busy, and up to this many when it is not: on an idle machine
 * a small function should not take seconds to boot (the original lends a full CPU for that, too).
 */
export const cpuCeiling = (cpus: number): number => Math.max(1, cpus);

/** The share while a program boots: on a busy machine a small function should not take seconds either. */
export const bootCpus = cpuCeiling;

export interface Group {
  /** Files that a process with one thread writes `0` into to join; it must do so before the program starts. */
  readonly joinFiles: readonly string[];
  /** Sets the limits, and the share of the CPU to that of a program which boots; until then the members have the machine. */
  limit(limits: GroupLimits): void;
  /** Sets the share of a busy machine's CPU. */
  weigh(cpus: number): void;
  /** Anonymous memory in use now, in bytes: what a program allocates, without page cache and /tmp. */
  anonymousBytes(): number;
  /** How often the kernel killed for memory in this group. */
  oomKills(): number;
  /** Not before an earlier one has been answered; never rejects. */
  freeze(frozen: boolean): Promise<void>;
  /** Sends SIGKILL to all members. */
  killAll(): void;
  empty(): boolean;
  /** Removes the group; it must be empty. False when the kernel still holds it. */
  remove(): boolean;
}

export interface Cgroups {
  /** For people: `cgroup v1`, `cgroup v2`. */
  readonly name: string;
  /** The version that freezes: hybrid hosts use both. */
  readonly freezer: string;
  /** The server's own parent groups. */
  readonly bases: readonly string[];
  create(id: string): Group;
  /** Removes the server's own parent groups. */
  dispose(): void;
}
