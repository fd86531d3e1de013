// One running program with its limits, stdio and end: what the bubblewrap and the process sandbox have in common.
import { spawn, type ChildProcess } from "node:child_process";
import type { Duplex, Readable, Writable } from "node:stream";
import { outage } from "../kernel/fault.ts";
import { CONTROL_FD, type Exit, type Sandbox, type SandboxSpec } from "../ports/sandbox.ts";
import type { Group } from "./cgroups/group.ts";
import { descendant, residentBytes, signalTree } from "./process-tree.ts";
import { exitOf, isReady, STATUS_FD } from "./shell-entry.ts";
import { untilTrue } from "./until-true.ts";

/** How a sandbox kind starts a program. */
export interface Launch {
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
  /** Level 1: what the shell inside reads; it then answers on `STATUS_FD`. */
  readonly script?: string;
  /** How many processes stand between the one that is started and the program itself. */
  readonly programDepth: number;
}

export interface ProgramPlan {
  readonly spec: SandboxSpec;
  readonly launch: (env: Readonly<Record<string, string>>) => Launch;
  readonly group: Group | undefined;
  /** Told of the program once it runs, and of each that follows by restart. */
  readonly follow: (sandbox: Sandbox) => void;
  /** Frees what outlives the program: /tmp, directories, its place among the living. */
  readonly cleanup: () => Promise<void>;
}

/** Ours: how often memory is compared with its limit. */
const WATCH_MS = 50;

/** Resolves when the program runs. Rejects with an outage, and leaves nothing, when it could not be started; `signal` gives up the start. */
export async function startProgram(plan: ProgramPlan, signal?: AbortSignal): Promise<Sandbox> {
  try {
    signal?.throwIfAborted();
    const program = await running(new Program(plan, plan.spec.env), signal);
    plan.follow(program);
    return program;
  } catch (error) {
    await untilTrue(() => plan.group?.remove() ?? true);
    await plan.cleanup();
    throw error;
  }
}

async function running(program: Program, signal?: AbortSignal): Promise<Sandbox> {
  const giveUp = (): void => void program.kill();
  signal?.addEventListener("abort", giveUp, { once: true });
  try {
    await program.started;
    signal?.throwIfAborted();
    return program;
  } catch (error) {
    await program.kill();
    throw signal?.aborted ? signal.reason : error;
  } finally {
    signal?.removeEventListener("abort", giveUp);
  }
}

class Program implements Sandbox {
  readonly id: string;
  readonly stdout: Readable;
  readonly stderr: Readable;
  readonly channel: Duplex | undefined;
  readonly control: Duplex | undefined;
  readonly exited: Promise<Exit>;
  /** Resolves when the user's program is about to run, rejects when it never will. */
  readonly started: Promise<void>;
  readonly #plan: ProgramPlan;
  readonly #programDepth: number;
  readonly #child: ChildProcess;
  readonly #oomKillsBefore: number;
  readonly #input: Writable | null;
  readonly #statusPipe: Readable | undefined;
  #status = "";
  #peakBytes = 0;
  #killed = false;
  #overLimit = false;
  #frozen = false;
  #watch: NodeJS.Timeout | undefined;
  #successor = false;
  #disposal: Promise<void> | undefined;

  constructor(plan: ProgramPlan, env: Readonly<Record<string, string>>) {
    const { spec, group } = plan;
    const launch = plan.launch(env);
    const inside = launch.script !== undefined;
    this.id = spec.id;
    this.#plan = plan;
    this.#programDepth = launch.programDepth;
    this.#oomKillsBefore = group?.oomKills() ?? 0;
    this.#child = spawn(launch.command, launch.args, {
      env: { ...launch.env },
      cwd: launch.cwd,
      detached: true,
      stdio: [inside ? "pipe" : "ignore", "pipe", "pipe", spec.channel ? "pipe" : "ignore", inside ? "pipe" : "ignore", "ignore", "ignore", "ignore", spec.control ? "pipe" : "ignore"],
    });
    this.stdout = this.#child.stdio[1] as Readable;
    this.stderr = this.#child.stdio[2] as Readable;
    this.channel = spec.channel ? (this.#child.stdio[3] as Duplex) : undefined;
    this.control = spec.control ? ((this.#child.stdio as unknown[])[CONTROL_FD] as Duplex) : undefined;
    // A program that dies resets its channel; the end is told by `exited`.
    this.channel?.on("error", () => {});
    this.control?.on("error", () => {});
    this.#input = this.#child.stdio[0] as Writable | null;
    this.#statusPipe = inside ? (this.#child.stdio[STATUS_FD] as Readable) : undefined;
    // Node drains the pipes it lists when the child exits, and who reads a moment later would find nothing: these are ours now.
    (this.#child.stdio as unknown[]).fill(null);
    const { failed, gone } = this.#follow();
    const statusOver = inside ? this.#readStatus(launch.script) : Promise.resolve();
    this.exited = gone.then(async ({ code, signal }) => await statusOver.then(() => this.#ended(code, signal)));
    this.started = inside ? this.#untilReady(failed) : Promise.race([failed, new Promise<void>((resolve) => this.#child.once("spawn", resolve))]);
    this.started.catch(() => {});
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
    if (this.#over()) return;
    if (this.#plan.group) this.#plan.group.freeze(false);
    else if (this.#child.pid !== undefined) signalTree(this.#child.pid, "SIGCONT");
    this.#startWatch();
  }

  async terminate(): Promise<void> {
    await this.thaw();
    if (this.#child.pid === undefined || this.#over()) return;
    const pid = descendant(this.#child.pid, this.#programDepth);
    try {
      if (pid !== undefined) process.kill(pid, "SIGTERM");
    } catch {
      // It has ended by itself.
    }
  }

  async kill(): Promise<void> {
    this.#killNow();
    await this.exited;
  }

  async restart(env: Readonly<Record<string, string>>): Promise<Sandbox> {
    await this.exited;
    this.#closePipes();
    if (this.#disposal) throw outage("sandbox.restart", { cause: new Error(`sandbox ${this.id} has been disposed of`), retryable: false });
    const successor = await running(new Program(this.#plan, env));
    this.#successor = true;
    this.#plan.follow(successor);
    return successor;
  }

  [Symbol.asyncDispose](): Promise<void> {
    // After a restart the group and /tmp belong to the successor.
    return this.#successor ? Promise.resolve() : (this.#disposal ??= this.#dispose());
  }

  async #dispose(): Promise<void> {
    await this.kill();
    this.#closePipes();
    await untilTrue(() => this.#plan.group?.remove() ?? true);
    await this.#plan.cleanup();
  }

  /** Output that somebody reads may be read to its end; a pipe that nobody reads would stay open for ever. */
  #closePipes(): void {
    this.channel?.destroy();
    this.control?.destroy();
    for (const stream of [this.stdout, this.stderr]) if (stream.readableFlowing === null && stream.listenerCount("readable") === 0) stream.resume();
  }

  /** `failed` rejects when there is no process; `gone` resolves when there is none any more. */
  #follow(): { readonly failed: Promise<never>; readonly gone: Promise<{ readonly code: number | null; readonly signal: string | null }> } {
    const { promise: failed, reject } = Promise.withResolvers<never>();
    failed.catch(() => {});
    const gone = new Promise<{ code: number | null; signal: string | null }>((resolve) => {
      this.#child.once("exit", (code, signal) => resolve({ code, signal }));
      this.#child.once("error", (cause) => {
        reject(outage("sandbox.start", { cause, retryable: true }));
        resolve({ code: 127, signal: null });
      });
    });
    return { failed, gone };
  }

  /** Feeds the shell inside and collects what it tells; resolves when it will tell nothing more. */
  #readStatus(script: string | undefined): Promise<void> {
    // A shell that never got as far as reading has ended: `exited` tells.
    this.#input?.on("error", () => {});
    this.#input?.end(script);
    this.#statusPipe?.on("error", () => {});
    this.#statusPipe?.on("data", (chunk: Buffer) => (this.#status += chunk.toString()));
    return new Promise((resolve) => (this.#statusPipe ? this.#statusPipe.once("close", resolve) : resolve()));
  }

  async #untilReady(failed: Promise<never>): Promise<void> {
    const told = new Promise<void>((resolve) => this.#statusPipe?.once("data", () => resolve()));
    await Promise.race([told, failed, this.exited]);
    if (isReady(this.#status)) return;
    // The sandbox itself could not be made: nobody else reads what bwrap says.
    let said = "";
    for await (const chunk of this.stderr) said += String(chunk);
    throw outage("sandbox.start", { cause: new Error(`${said}${this.#status}`.trim() || "the sandbox was ended before its program ran"), retryable: false });
  }

  #over(): boolean {
    return this.#child.exitCode !== null || this.#child.signalCode !== null;
  }

  #killNow(): void {
    // After a restart the group is the successor's.
    if (this.#successor) return;
    if (this.#child.pid === undefined || this.#over()) return;
    this.#killed = true;
    if (this.#plan.group) this.#plan.group.killAll();
    else signalTree(this.#child.pid, "SIGKILL");
    this.#killProcessGroup();
  }

  #killProcessGroup(): void {
    try {
      if (this.#child.pid !== undefined) process.kill(-this.#child.pid, "SIGKILL");
    } catch {
      // The process group is gone.
    }
  }

  async #ended(code: number | null, signal: string | null): Promise<Exit> {
    clearInterval(this.#watch);
    // What the program left running must not outlive it.
    this.#plan.group?.killAll();
    this.#killProcessGroup();
    await untilTrue(() => this.#plan.group?.empty() ?? true);
    const told = this.#status === "" ? { code: code ?? undefined, signal: signal ?? undefined } : (exitOf(this.#status) ?? { code: undefined, signal: "SIGKILL" });
    const exit = this.#killed ? { code: undefined, signal: "SIGKILL" } : told;
    const byKernel = exit.signal === "SIGKILL" && !this.#killed && (this.#plan.group?.oomKills() ?? 0) > this.#oomKillsBefore;
    return { ...exit, outOfMemory: this.#overLimit || byKernel };
  }

  #startWatch(): void {
    this.#watch = setInterval(() => this.#sample(), WATCH_MS);
    this.#watch.unref();
  }

  #sample(): void {
    if (this.#child.pid === undefined || this.#over()) return;
    const bytes = this.#plan.group?.anonymousBytes() ?? residentBytes(this.#child.pid);
    this.#peakBytes = Math.max(this.#peakBytes, bytes);
    // Where the kernel has killed one process of the program, the rest goes as well: half a program helps nobody.
    const killedByKernel = (this.#plan.group?.oomKills() ?? 0) > this.#oomKillsBefore;
    if ((bytes <= this.#plan.spec.memoryMb * 2 ** 20 && !killedByKernel) || this.#overLimit) return;
    this.#overLimit = true;
    this.#killNow();
  }
}
