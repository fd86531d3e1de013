// One running program with its limits, stdio and end: what the bubblewrap and the process sandbox have in common.
import type { Duplex, Readable } from "node:stream";
import { assert, outage } from "../kernel/fault.ts";
import type { Exit, Sandbox, SandboxSpec } from "../ports/sandbox.ts";
import { bootCpus, type Group } from "./cgroups/group.ts";
import { residentBytes, signalTree } from "./process-tree.ts";
import { exitOf, PREPARED, READY } from "./shell-entry.ts";
import type { Spawned } from "./spawned.ts";
import { untilTrue } from "./until-true.ts";

export interface ProgramPlan {
  readonly spec: SandboxSpec;
  /** A process that becomes, or already is, the program. */
  readonly launch: (env: Readonly<Record<string, string>>) => Spawned;
  readonly group: Group | undefined;
  /** Told of the program once it runs, and of each that follows by restart. */
  readonly follow: (sandbox: Sandbox) => void;
  /** Frees what outlives the program: /tmp, directories, its place among the living. */
  readonly cleanup: () => Promise<void>;
  /** Fills what is vacant and sets limits; the plan for what the sandbox is from then on. */
  readonly become?: (spec: SandboxSpec) => Promise<ProgramPlan>;
}

/** Ours: a start that took so long is stuck; whoever waits for it is told. */
const START_MS_MAX = 60_000;
/** Ours: how often memory is compared with its limit. */
const WATCH_MS = 50;
/** Ours: so long one look at the memory serves events that end one after the other. */
const FRESH_MS = 10;

/** Resolves when the program runs. Rejects with an outage, and leaves nothing, when it could not be started; `signal` gives up the start. */
export async function startProgram(plan: ProgramPlan, signal?: AbortSignal): Promise<Sandbox> {
  try {
    signal?.throwIfAborted();
    const program = await running(new Program(plan, plan.spec.env), signal);
    plan.follow(program);
    return program;
  } catch (error) {
    // When the caller went before the launch, a place made ahead still waits in the group.
    plan.group?.killAll();
    await untilTrue(() => plan.group?.remove() ?? true);
    await plan.cleanup();
    throw error;
  }
}

async function running(program: Program, signal?: AbortSignal): Promise<Sandbox> {
  const giveUp = (): void => void program.kill();
  signal?.addEventListener("abort", giveUp, { once: true });
  const stuck = setTimeout(giveUp, START_MS_MAX);
  try {
    await program.started;
    signal?.throwIfAborted();
    return program;
  } catch (error) {
    await program.kill();
    throw signal?.aborted ? signal.reason : error;
  } finally {
    clearTimeout(stuck);
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
  #plan: ProgramPlan;
  readonly #process: Spawned;
  readonly #oomKillsBefore: number;
  #peakBytes = 0;
  #killed = false;
  #overLimit = false;
  /** Sampled just now. */
  #fresh = false;
  #frozen = false;
  #watch: NodeJS.Timeout | undefined;
  #successor = false;
  #disposal: Promise<void> | undefined;

  constructor(plan: ProgramPlan, env: Readonly<Record<string, string>>) {
    const { spec, group } = plan;
    const launched = plan.launch(env);
    this.id = spec.id;
    this.#plan = plan;
    this.#process = launched;
    this.#oomKillsBefore = group?.oomKills() ?? 0;
    this.stdout = launched.stdout;
    this.stderr = launched.stderr;
    this.channel = spec.channel ? launched.channel : undefined;
    this.control = spec.control ? launched.control : undefined;
    this.exited = launched.gone.then(async ({ code, signal }) => await this.#ended(code, signal));
    this.started = this.#untilReady();
    this.started.catch(() => {});
    // What has no limits yet needs no watch.
    if (!spec.vacant) this.#startWatch();
  }

  async become(spec: SandboxSpec): Promise<void> {
    const { become } = this.#plan;
    assert(become, "a sandbox without vacant directories can not become another");
    this.#plan = await become(spec);
    this.#startWatch();
  }

  memoryPeakBytes(): number {
    // Asked after every event: the kernel sums up for longer than a short event lasts, and in so short a time memory hardly grows.
    if (!this.#fresh) {
      this.#measure();
      this.#fresh = true;
      setTimeout(() => (this.#fresh = false), FRESH_MS).unref();
    }
    return this.#peakBytes;
  }

  settle(): void {
    if (this.#successor) return;
    const { group, spec } = this.#plan;
    // How much memory is known last; what else there is to bound should be bound by then.
    if (spec.vacant) group?.limit({ ...spec, memoryBytes: undefined });
    else group?.weigh(spec.cpus);
  }

  async freeze(): Promise<void> {
    if (this.#frozen || this.#process.over) return;
    this.#frozen = true;
    clearInterval(this.#watch);
    if (this.#plan.group) this.#plan.group.freeze(true);
    else if (this.#process.pid !== undefined) signalTree(this.#process.pid, "SIGSTOP");
  }

  async thaw(): Promise<void> {
    if (!this.#frozen) return;
    this.#frozen = false;
    if (this.#process.over) return;
    if (this.#plan.group) this.#plan.group.freeze(false);
    else if (this.#process.pid !== undefined) signalTree(this.#process.pid, "SIGCONT");
    this.#startWatch();
  }

  async terminate(): Promise<void> {
    await this.thaw();
    if (this.#process.over) return;
    const { programPid } = this.#process;
    try {
      if (programPid !== undefined) process.kill(programPid, "SIGTERM");
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
    this.#process.closePipes();
    if (this.#disposal) throw outage("sandbox.restart", { cause: new Error(`sandbox ${this.id} has been disposed of`), retryable: false });
    this.#plan.group?.weigh(bootCpus(this.#plan.spec.cpus));
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
    this.#process.closePipes();
    await untilTrue(() => this.#plan.group?.remove() ?? true);
    await this.#plan.cleanup();
  }

  async #untilReady(): Promise<void> {
    const { fed } = this.#process;
    await this.#process.tells(READY);
    if (!fed || READY.test(this.#process.told)) return;
    // The sandbox itself could not be made: nobody else reads what bwrap says.
    throw await whyNot(this.#process);
  }

  #killNow(): void {
    // After a restart the group is the successor's.
    if (this.#successor) return;
    if (this.#process.pid === undefined || this.#process.over) return;
    this.#killed = true;
    if (this.#plan.group) this.#plan.group.killAll();
    else signalTree(this.#process.pid, "SIGKILL");
    this.#process.killProcessGroup();
  }

  async #ended(code: number | null, signal: string | null): Promise<Exit> {
    clearInterval(this.#watch);
    // What the program left running must not outlive it.
    this.#plan.group?.killAll();
    this.#process.killProcessGroup();
    await untilTrue(() => this.#plan.group?.empty() ?? true);
    const told = !this.#process.fed ? { code: code ?? undefined, signal: signal ?? undefined } : (exitOf(this.#process.told) ?? { code: undefined, signal: "SIGKILL" });
    const exit = this.#killed ? { code: undefined, signal: "SIGKILL" } : told;
    const byKernel = exit.signal === "SIGKILL" && !this.#killed && (this.#plan.group?.oomKills() ?? 0) > this.#oomKillsBefore;
    return { ...exit, outOfMemory: this.#overLimit || byKernel };
  }

  #startWatch(): void {
    this.#watch = setInterval(() => this.#sample(), WATCH_MS);
    this.#watch.unref();
  }

  /** Reads what the program holds, and ends it when that is too much. */
  #measure(): void {
    if (this.#process.pid === undefined || this.#process.over) return;
    const bytes = this.#plan.group?.anonymousBytes() ?? residentBytes(this.#process.pid);
    this.#peakBytes = Math.max(this.#peakBytes, bytes);
    if (bytes > this.#plan.spec.memoryMb * 2 ** 20) this.#stopOverLimit();
  }

  #sample(): void {
    if (this.#process.pid === undefined || this.#process.over) return;
    this.#measure();
    // Where the kernel has killed one process of the program, the rest goes as well: half a program helps nobody.
    const killedByKernel = (this.#plan.group?.oomKills() ?? 0) > this.#oomKillsBefore;
    if (killedByKernel) this.#stopOverLimit();
  }

  #stopOverLimit(): void {
    if (this.#overLimit) return;
    this.#overLimit = true;
    this.#killNow();
  }
}

/** What a sandbox that could not be made said, as an outage. */
export async function whyNot(launched: Spawned): Promise<Error> {
  let said = "";
  for await (const chunk of launched.stderr) said += String(chunk);
  return outage("sandbox.start", { cause: new Error(`${said}${launched.told.replace(PREPARED, "")}`.trim() || "the sandbox was ended before its program ran"), retryable: false });
}
