// One instance: a sandbox, the runner inside, its pinned code and its log, from boot to burial.
import { hexId } from "../../kernel/ids.ts";
import type { Clock } from "../../kernel/clock.ts";
import type { Runtime } from "../../ports/runtimes.ts";
import type { Version } from "../function.ts";
import { bootErrorType } from "../invocations/ending.ts";
import { logStreamName, type Initialization } from "../invocations/environment.ts";
import type { Phase } from "../invocations/platform-events.ts";
import type { LogSink } from "../logs/log-groups.ts";
import type { Boot, Invocation, Outcome, RunnerEvent, RunningInstance, Settling, Voice } from "../runner.ts";
import { runtimeNote } from "../runtime-note.ts";
import type { StartSteps } from "../start-steps.ts";
import { instanceLog, type InstanceLog } from "./instance-log.ts";
import { isWaiting, nextState, type InstanceEvent, type InstanceState } from "./life.ts";

/** What an instance needs before its first boot: code in place, a runtime that is there. */
export interface Prepared {
  readonly runtime: Runtime;
  readonly boot: (voice: Voice, initTimeoutMs: number) => Promise<Boot>;
  /** Gives the code back; called once, after the sandbox has gone. */
  readonly release: () => void;
}

export interface InstanceDeps {
  readonly clock: Clock;
  readonly logSink: Pick<LogSink, "write">;
  /** Faults and Outages pass to the event that waits for the boot. */
  readonly prepare: (version: Version, facts: { readonly id: string; readonly logStream: string; readonly initialization: Initialization }) => Promise<Prepared>;
}

const BYTES_PER_MB = 1024 * 1024;

export class Instance implements AsyncDisposable {
  /** Also the sandbox's. */
  readonly id = `i${hexId(8)}`;
  readonly version: Version;
  readonly bornMs: number;
  readonly initialization: Initialization;
  readonly log: InstanceLog;
  idleSinceMs = 0;
  freezable = true;
  /** Promised to be there (provisioned concurrency): it does not go for being idle. */
  kept: boolean;
  /** Highest use so far as last read; undefined before the first reading. */
  memoryPeakMb: number | undefined;
  /** Called when the program ended while it had nothing to do. */
  onDeath: (() => void) | undefined;
  /** How many events it has ended. */
  turns = 0;
  readonly #deps: InstanceDeps;
  #state: InstanceState = "booting";
  #prepared: Promise<Prepared> | undefined;
  #running: RunningInstance | undefined;
  /** The program inside runs; false after a crash and before a boot. */
  #alive = false;
  #initMs: number | undefined;
  #steps: StartSteps | undefined;
  #phase: Phase = "init";
  #starting: Promise<unknown> | undefined;
  /** The last freezing, so that thawing never overtakes it. */
  #freezing: Promise<void> | undefined;
  #ending: Promise<void> | undefined;

  constructor(version: Version, deps: InstanceDeps, kept: boolean) {
    this.version = version;
    this.kept = kept;
    this.initialization = kept ? "provisioned-concurrency" : "on-demand";
    this.#deps = deps;
    this.bornMs = deps.clock.now();
    this.log = instanceLog(version, logStreamName(version, deps.clock.now(), hexId(16)), deps.logSink);
  }

  get state(): InstanceState {
    return this.#state;
  }

  get alive(): boolean {
    return this.#alive;
  }

  /** What it counts against the memory budget: all it may use while it can run, what it has used while it can not. */
  get chargeMb(): number {
    if (this.#state === "dead") return 0;
    const { memoryMb } = this.version.settings;
    return isWaiting(this.#state) ? Math.min(memoryMb, this.memoryPeakMb ?? memoryMb) : memoryMb;
  }

  step(event: InstanceEvent): void {
    this.#state = nextState(this.#state, event);
    if (this.#state === "idle" || this.#state === "reset") this.idleSinceMs = this.#deps.clock.now();
  }

  /** The boot time, once: the invocation that tells it is the cold one. */
  takeInitMs(): number | undefined {
    const initMs = this.#initMs;
    this.#initMs = undefined;
    return initMs;
  }

  /** How it came to be, once: for the first invocation, whoever the boot was for. */
  takeSteps(): StartSteps | undefined {
    const steps = this.#steps;
    this.#steps = undefined;
    return steps;
  }

  /** Boots the program, for the first time or again. A failure is written to the log; rejects when the platform failed. */
  start(phase: Phase, timeoutMs: number): Promise<Boot> {
    const starting = this.#start(phase, timeoutMs);
    this.#starting = starting;
    return starting;
  }

  async #start(phase: Phase, timeoutMs: number): Promise<Boot> {
    this.#prepared ??= this.#deps.prepare(this.version, { id: this.id, logStream: this.log.stream, initialization: this.initialization });
    const prepared = await this.#prepared;
    const { clock } = this.#deps;
    this.#phase = phase;
    this.log.telemetry.open();
    this.log.platform({ kind: "initStart", runtime: prepared.runtime, phase, initialization: this.initialization, logStream: this.log.stream }, clock.now());
    const note = phase === "init" ? runtimeNote(prepared.runtime) : undefined;
    if (note !== undefined) this.log.platform({ kind: "runtimeNote", note }, clock.now());
    const voice: Voice = { onLog: (line) => this.log.line(line), onEvent: (event) => this.#hear(event), telemetry: this.log.telemetry };
    const boot = await (this.#running ? this.#running.revive(timeoutMs) : prepared.boot(voice, timeoutMs));
    const durationMs = "initMs" in boot ? boot.initMs : 0;
    if (boot.kind === "ready") {
      this.#running = boot.instance;
      this.#steps = boot.steps;
      this.#alive = true;
      this.#watch(boot.instance);
      // The second try runs within an invocation and is part of its duration; what is kept ready boots in nobody's time.
      if (phase === "init" && this.initialization === "on-demand") this.#initMs = durationMs;
      this.log.platform({ kind: "initReport", phase, initialization: this.initialization, durationMs, status: "success", errorType: undefined }, clock.now());
    } else {
      const status = boot.kind === "timeout" ? "timeout" : "failure";
      this.log.platform({ kind: "initReport", phase, initialization: this.initialization, durationMs, status, errorType: bootErrorType(boot) }, clock.now());
      if (boot.kind === "error") this.#initMs = durationMs;
    }
    return boot;
  }

  async invoke(invocation: Invocation): Promise<Outcome> {
    if (!this.#running) throw new Error("bug: invoke before boot");
    const outcome = await this.#running.invoke(invocation);
    this.#alive = outcome.kind === "answer" || outcome.kind === "streamed" || outcome.kind === "too-large" || (outcome.kind === "error" && !outcome.fatal);
    return outcome;
  }

  /** See RunningInstance. */
  sendAhead(invocation: Invocation, first: boolean): boolean {
    return this.#alive && (this.#running?.sendAhead(invocation, first) ?? false);
  }

  flushAhead(): void {
    this.#running?.flushAhead();
  }

  recall(requestId: string, onReturned: () => void): void {
    this.#running?.recall(requestId, onReturned);
  }

  get hearing(): Promise<void> | undefined {
    return this.#running?.hearing;
  }

  /** The rest of the last invocation; see RunningInstance. */
  get settling(): Settling | undefined {
    return this.#running?.settling;
  }

  /** The environment did not survive the rest of its invocation. */
  failed(): void {
    this.#alive = false;
  }

  #hear(event: RunnerEvent): void {
    if (event.kind === "segment") return this.log.segment(event.document, this.#deps.clock.now());
    this.log.platform(event.kind === "initRuntimeDone" ? { ...event, phase: this.#phase, initialization: this.initialization } : event, this.#deps.clock.now());
  }

  /** Reads the highest memory use; keeps the last known one when it can not be read any more. */
  readMemory(): number {
    const bytes = this.#running?.memoryPeakBytes();
    if (bytes !== undefined) this.memoryPeakMb = Math.max(this.memoryPeakMb ?? 0, Math.ceil(bytes / BYTES_PER_MB));
    return this.memoryPeakMb ?? 0;
  }

  /** Resolves without waiting for the kernel; a sandbox that refuses is not asked again. */
  freeze(onRefused: (error: unknown) => void): void {
    this.step("froze");
    this.#freezing = this.#running?.freeze().catch((error: unknown) => {
      this.freezable = false;
      onRefused(error);
    });
  }

  async thaw(): Promise<void> {
    await this.#freezing;
    this.#freezing = undefined;
    await this.#running?.thaw();
  }

  get frozen(): boolean {
    return this.#freezing !== undefined;
  }

  /** Ends the sandbox and gives the code back. Idempotent; never rejects, the sandbox's failure to end goes to `onFailure`. */
  end(onFailure: (error: unknown) => void): Promise<void> {
    this.#state = nextState(this.#state, "ended");
    this.onDeath = undefined;
    this.#ending ??= this.#bury().catch(onFailure);
    return this.#ending;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.end(() => undefined);
  }

  async #bury(): Promise<void> {
    // A first boot under way can not be called back; it ends by itself within its limit, and then there is something to end.
    if (!this.#running) await this.#starting?.catch(() => undefined);
    const prepared = await this.#prepared?.catch(() => undefined);
    try {
      await this.#running?.[Symbol.asyncDispose]();
    } finally {
      prepared?.release();
    }
  }

  #watch(running: RunningInstance): void {
    // What ends during an invocation is that invocation's to tell.
    void running.died.then(() => {
      if (isWaiting(this.#state)) this.onDeath?.();
    });
  }
}
