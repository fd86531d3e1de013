// What a sandbox is to the rest of the house: an isolated process tree with limits, stdio, one private channel, and an end.
import type { Duplex, Readable } from "node:stream";

/** Descriptor of the program that `SandboxSpec.control` asks for: a digit, so that every shell can name it. */
export const CONTROL_FD = 8;

export interface Mount {
  /** Absolute path on the host. */
  readonly source: string;
  /** Absolute path inside. At level 0 there is no inside: see `Sandbox.pathOf`. */
  readonly target: string;
}

export interface SandboxSpec {
  /** Names the sandbox in messages and, at level 0, directories and cgroups: `[a-z0-9-]+`, unique per server. */
  readonly id: string;
  /** Program and arguments, as seen inside (level 1) or after `pathOf` (level 0). */
  readonly argv: readonly string[];
  /** The whole environment; nothing is inherited. */
  readonly env: Readonly<Record<string, string>>;
  /** Working directory, as seen inside. */
  readonly cwd: string;
  /** Read-only binds: code, layers, runtime, interpreter. The system's own libraries are there already. */
  readonly mounts: readonly Mount[];
  /**
   * Host directory that the program sees, read-only, as its whole file system; absent: the system's own. It has the directories `/proc`, `/dev`,
   * `/tmp` and `/.fugaz` and the files `/etc/hosts` and `/etc/resolv.conf` to be mounted over. Level 0 can not do it and rejects.
   */
  readonly rootDir?: string;
  readonly memoryMb: number;
  /** CPUs as a fraction: 0.5 is half a core. */
  readonly cpus: number;
  readonly processesMax: number;
  readonly openFilesMax: number;
  /** Size of the private `/tmp`. */
  readonly tmpMb: number;
  /** Opens a socket pair whose far end is file descriptor 3 of the program. */
  readonly channel: boolean;
  /** Opens another whose far end is `CONTROL_FD`. */
  readonly control?: boolean;
  /** Absolute directories inside that are filled later, by `Sandbox.become`; until it is settled such a sandbox has no limits and the least share of a busy machine, and no limit of memory before it is filled. Only where there is a `Sandboxes.shelf`. */
  readonly vacant?: readonly string[];
}

/** How the program ended. */
export interface Exit {
  readonly code: number | undefined;
  readonly signal: string | undefined;
  /** The kernel (or, without cgroups, our watchdog) killed it for memory. */
  readonly outOfMemory: boolean;
}

export interface Sandbox extends AsyncDisposable {
  readonly id: string;
  readonly stdout: Readable;
  readonly stderr: Readable;
  /** Our end of file descriptor 3; present when the spec asked for it. */
  readonly channel: Duplex | undefined;
  /** Our end of `CONTROL_FD`; present when the spec asked for it. */
  readonly control: Duplex | undefined;
  /** Resolves once, when the program has ended and its process tree is gone. Never rejects. */
  readonly exited: Promise<Exit>;
  /** Highest memory use of the whole tree so far, in bytes (cgroup peak, or sampled RSS without cgroups). */
  memoryPeakBytes(): number;
  /** The program has booted: until now it had a whole CPU's share of a busy machine (with vacant directories: the least), from here on its own. */
  settle(): void;
  /**
   * Makes a sandbox with vacant directories that of `spec`: the mounts for them appear inside, read-only, its limits hold, and a restart starts its program.
   * Once; the sources lie below `Sandboxes.shelf`. Rejects with an outage after which the sandbox is good for nothing.
   */
  become(spec: SandboxSpec): Promise<void>;
  /** Stops all processes until `thaw`; no-op twice. */
  freeze(): Promise<void>;
  thaw(): Promise<void>;
  /** Asks the program, and nothing it has started, to end (SIGTERM); what it makes of that shows in `exited`. */
  terminate(): Promise<void>;
  /** Ends the process tree now (SIGKILL) and waits for it. The private /tmp stays until disposal. */
  kill(): Promise<void>;
  /** Starts the same program again in the same sandbox after it has ended: /tmp is kept, processes and memory are not. */
  restart(env: Readonly<Record<string, string>>): Promise<Sandbox>;
}

/** 0: only a process. 1: container by namespaces. Later: 2 gVisor, 3 virtual machine. */
export type IsolationLevel = 0 | 1;

export interface IsolationReport {
  readonly kind: "bubblewrap" | "process";
  readonly level: IsolationLevel;
  /** What is enforced and by which mechanism, for `doctor` and the start banner: `{ memory: "cgroup v1", cpu: …, pids: …, tmp: …, network: … }`. */
  readonly enforced: Readonly<Record<"memory" | "cpu" | "processes" | "tmp" | "filesystem" | "user" | "syscalls" | "network" | "freeze", string>>;
  /** Sentences about what is not protected here and why, with the remedy. Empty when all is well. */
  readonly warnings: readonly string[];
}

export interface Sandboxes extends AsyncDisposable {
  readonly report: IsolationReport;
  /** Host directory below which lies whatever can be added to a running sandbox; undefined where nothing can. */
  readonly shelf: string | undefined;
  start(spec: SandboxSpec, signal?: AbortSignal): Promise<Sandbox>;
  /** Where the program will find a mounted target: the target itself at level 1, a host path at level 0. `/tmp` maps to the private directory of sandbox `id`. */
  pathOf(id: string, mounts: readonly Mount[], target: string): string;
  /** The words that start a program of the host's in a sandbox, also in one with a `rootDir` that has no such program. */
  hostProgram(spec: Pick<SandboxSpec, "rootDir">, path: string): readonly string[];
}
