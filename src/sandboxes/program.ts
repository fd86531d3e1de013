// One running program with its limits, stdio and end: what the bubblewrap and the process sandbox have in common.
import { spawn, type ChildProcess } from "node:child_process";
import type { Duplex, Readable } from "node:stream";
import type { Exit, Sandbox, SandboxSpec } from "../ports/sandbox.ts";
import type { Group } from "./cgroups/group.ts";
import { residentBytes, signalTree } from "./process-tree.ts";
import { ENVIRONMENT_FD } from "./shell-entry.ts";

/** How a sandbox kind starts a program. */
export interface Launch {
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
  /** Text for `ENVIRONMENT_FD`, when the program's environment travels there. */
  readonly environment?: string;
}

export interface ProgramPlan {
  readonly spec: SandboxSpec;
  readonly launch: (env: Readonly<Record<string, string>>) => Launch;
  readonly group: Group | undefined;
  /** Frees what outlives the program: /tmp, directories. */
  readonly cleanup: () => Promise<void>;
}

/** Ours: how often memory is compared with its limit. */
const WATCH_MS = 50;
/** Ours: how long the kernel may take to empty a killed group before it is left to the next start's sweep. */
const EMPTY_MS = 5000;
/** Shells and bwrap report a signal as 128 + n; only these are certain, since 128 and 129 are exit codes of Node.js runtimes. */
const SIGNALS: Readonly<Record<number, string>> = { 4: "SIGILL", 5: "SIGTRAP", 6: "SIGABRT", 7: "SIGBUS", 8: "SIGFPE", 9: "SIGKILL", 11: "SIGSEGV", 15: "SIGTERM", 31: "SIGSYS" };

export function startProgram(plan: ProgramPlan, env: Readonly<Record<string, string>>): Sandbox {
  return new Program(plan, env);
}

class Program implements Sandbox {
  readonly id: string;
  readonly stdout: Readable;
  readonly stderr: Readable;
  readonly channel: Duplex | undefined;
  readonly exited: Promise<Exit>;
  readonly #plan: ProgramPlan;
  readonly #child: ChildProcess;
  readonly #oomKillsBefore: number;
  #peakBytes = 0;
  #overLimit = false;
  #frozen = false;
  #watch: NodeJS.Timeout | undefined;
  #successor = false;

  constructor(plan: ProgramPlan, env: Readonly<Record<string, string>>) {
    const { spec, group } = plan;
    const launch = plan.launch(env);
    this.id = spec.id;
    this.#plan = plan;
    this.#oomKillsBefore = group?.oomKills() ?? 0;
    this.#child = spawn(launch.command, launch.args, {
      env: { ...launch.env },
      cwd: launch.cwd,
      detached: true,
      stdio: ["ignore", "pipe", "pipe", spec.channel ? "pipe" : "ignore", launch.environment === undefined ? "ignore" : "pipe"],
    });
    if (launch.environment !== undefined) this.#feed(launch.environment);
    this.stdout = this.#child.stdio[1] as Readable;
    this.stderr = this.#child.stdio[2] as Readable;
    this.channel = spec.channel ? (this.#child.stdio[3] as Duplex) : undefined;
    // A program that dies resets its channel; the end is told by `exited`.
    this.channel?.on("error", () => {});
    this.exited = new Promise<Exit>((resolve) => {
      this.#child.once("exit", (code, signal) => void this.#ended(code, signal).then(resolve));
      this.#child.once("error", () => void this.#ended(127, null).then(resolve));
    });
    this.#startWatch();
  }

  async memoryPeakBytes(): Promise<number> {
    this.#sample();
    return this.#peakBytes;
  }

  async freeze(): Promise<void> {
    if (this.#frozen || this.#over()) return;
    this.#frozen = true;
    clearInterval(this.#watch);
    if (this.#plan.group) this.#plan.group.freeze(true);
    else if (this.#child.pid !== undefined) signalTree(this.#child.pid, "SIGSTOP");
  }

  async thaw(): Promise<void> {
    if (!this.#frozen) return;
    this.#frozen = false;
    if (this.#plan.group) this.#plan.group.freeze(false);
    else if (this.#child.pid !== undefined) signalTree(this.#child.pid, "SIGCONT");
    this.#startWatch();
  }

  async kill(): Promise<void> {
    this.#killNow();
    await this.exited;
  }

  async restart(env: Readonly<Record<string, string>>): Promise<Sandbox> {
    await this.exited;
    this.#successor = true;
    return new Program(this.#plan, env);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
    // After a restart the group and /tmp belong to the successor.
    if (this.#successor) return;
    await untilTrue(() => this.#plan.group?.remove() ?? true);
    await this.#plan.cleanup();
  }

  #feed(environment: string): void {
    const pipe = this.#child.stdio[ENVIRONMENT_FD] as Duplex;
    // A program that never got as far as reading it has ended: `exited` tells.
    pipe.on("error", () => {});
    pipe.end(environment);
  }

  #over(): boolean {
    return this.#child.exitCode !== null || this.#child.signalCode !== null;
  }

  #killNow(): void {
    // After a restart the group is the successor's.
    if (this.#successor) return;
    this.#plan.group?.killAll();
    if (this.#child.pid === undefined || this.#over()) return;
    if (!this.#plan.group) signalTree(this.#child.pid, "SIGKILL");
    try {
      process.kill(-this.#child.pid, "SIGKILL");
    } catch {
      // The process group is gone.
    }
  }

  async #ended(code: number | null, signal: string | null): Promise<Exit> {
    clearInterval(this.#watch);
    const outOfMemory = this.#overLimit || (this.#plan.group?.oomKills() ?? 0) > this.#oomKillsBefore;
    // What the program left running must not outlive it.
    this.#plan.group?.killAll();
    try {
      if (this.#child.pid !== undefined) process.kill(-this.#child.pid, "SIGKILL");
    } catch {
      // Nothing was left.
    }
    await untilTrue(() => this.#plan.group?.empty() ?? true);
    const named = signal ?? (code !== null && code > 128 ? SIGNALS[code - 128] : undefined);
    return { code: named === undefined ? (code ?? undefined) : undefined, signal: named, outOfMemory };
  }

  #startWatch(): void {
    this.#watch = setInterval(() => this.#sample(), WATCH_MS);
    this.#watch.unref();
  }

  #sample(): void {
    if (this.#child.pid === undefined || this.#over()) return;
    const bytes = this.#plan.group?.anonymousBytes() ?? residentBytes(this.#child.pid);
    this.#peakBytes = Math.max(this.#peakBytes, bytes);
    if (bytes <= this.#plan.spec.memoryMb * 2 ** 20 || this.#overLimit) return;
    this.#overLimit = true;
    this.#killNow();
  }
}

/** Asks until true, for a bounded time: kernel bookkeeping after a kill takes some milliseconds. */
async function untilTrue(done: () => boolean): Promise<void> {
  for (let waitedMs = 0, pauseMs = 1; !done() && waitedMs < EMPTY_MS; waitedMs += pauseMs, pauseMs = Math.min(50, pauseMs * 2)) await new Promise((resolve) => setTimeout(resolve, pauseMs));
}
