// The life of one instance, whatever the protocol: boot, one event at a time, deadlines, ends, a new start in the same sandbox.
import { assert } from "../../kernel/fault.ts";
import type { Exit, Sandbox } from "../../ports/sandbox.ts";
import { Crew, EXTENSIONS_MAX } from "../extensions/crew.ts";
import { extensionRoute } from "../extensions/extension-api.ts";
import { findExtensions, type ExternalExtension } from "../extensions/find.ts";
import { imageExtensions } from "../images/image-command.ts";
import type { Boot, BootSpec, Invocation, Outcome, Runner, RunnerDeps, RunningInstance, Settling } from "../runner.ts";
import { openXrayDaemon, type XrayDaemon } from "../tracing/daemon.ts";
import { openSubscriptions } from "../telemetry/subscriptions.ts";
import type { Conversation, Protocol } from "./conversation.ts";
import { launch, without, type Launched } from "./launch.ts";
import { readOutput } from "./program-output.ts";
import { initEnd, listenerAt, newDesk, nextHappening, outcomeOf, workOrTrouble, type Happening, type Run } from "./run.ts";
import { openSandboxApi, type SandboxApi } from "./sandbox-api.ts";
import { mountsOf } from "./sandbox-spec.ts";
import { atMost, kill, shutDown } from "./shut-down.ts";

/** Ours: how long a program may take to end by itself after it said that it will. */
const LEAVING_MS_MAX = 1000;
/** Ours: how long output is awaited after the end; only a process that escaped the sandbox's end could hold it open. */
const DRAIN_MS_MAX = 500;

/** Makes a Runner of a protocol. */
export const instanceRunner =
  (protocol: Protocol): Runner =>
  async (spec, deps, initTimeoutMs) => {
    const entry = await protocol.entrypoint(spec);
    if ("missing" in entry) return { kind: "no-entrypoint", reason: entry.missing, errorType: entry.errorType };
    const instance = new Instance(protocol, spec, deps, entry.argv, await extensionsOf(spec));
    let boot: Boot | undefined;
    try {
      boot = await instance.boot(initTimeoutMs);
      return boot;
    } finally {
      if (boot?.kind !== "ready") await instance[Symbol.asyncDispose]();
    }
  };

const extensionsOf = async (spec: BootSpec): Promise<readonly ExternalExtension[]> => {
  if (spec.version.code.image) return await imageExtensions(spec.codeDir);
  return spec.opt === undefined ? [] : await findExtensions(mountsOf(spec));
};

class Instance implements RunningInstance {
  readonly #protocol: Protocol;
  readonly #spec: BootSpec;
  readonly #deps: RunnerDeps;
  readonly #argv: readonly string[];
  readonly #extensions: readonly ExternalExtension[];
  #sandbox: Sandbox | undefined;
  #run: Run | undefined;

  constructor(protocol: Protocol, spec: BootSpec, deps: RunnerDeps, argv: readonly string[], extensions: readonly ExternalExtension[]) {
    this.#protocol = protocol;
    this.#spec = spec;
    this.#deps = deps;
    this.#argv = argv;
    this.#extensions = extensions;
  }

  get died(): Promise<void> {
    return this.#run?.died ?? Promise.resolve();
  }

  async boot(initTimeoutMs: number): Promise<Boot> {
    const { clock } = this.#deps;
    const flaw = this.#flaw();
    if (flaw) return { kind: "extension", ...flaw, initMs: 0 };
    const startedMs = clock.monotonicMs();
    const run = await this.#start();
    const first = await this.#open(run, () => startedMs + initTimeoutMs - clock.monotonicMs());
    const initMs = clock.monotonicMs() - startedMs;
    run.subscriptions.closeRegistration();
    for (const { name, state, events, errorType } of run.crew.members) this.#spec.onEvent({ kind: "extension", name, state, events, errorType });
    if (first.kind === "opened" && first.opening.kind === "ready") {
      // The event that waits for this goes first.
      setImmediate(() => run.launched.sandbox.settle());
      const { codeMs } = first.opening;
      const { start } = run.launched;
      return { kind: "ready", instance: this, initMs, steps: { ...start, runtimeMs: Math.max(0, initMs - start.sandboxMs - (codeMs ?? 0)), codeMs } };
    }
    if (run.crew.present) await shutDown(run, this.#deps.clock, first.kind === "late" ? "timeout" : "failure");
    else if (first.kind === "opened") await this.#leave(run);
    else if (first.kind === "late") await kill(run);
    if (first.kind === "opened" && first.opening.kind === "error") return { ...first.opening, initMs };
    if (first.kind === "ended") return { kind: "exit", ...first.exit, initMs };
    return first.kind === "extension" ? { kind: "extension", ...first.failure, initMs } : { kind: "timeout", initMs };
  }

  async revive(initTimeoutMs: number): Promise<Boot> {
    if (this.#run) await kill(this.#run);
    return await this.boot(initTimeoutMs);
  }

  async invoke(invocation: Invocation): Promise<Outcome> {
    const run = this.#run;
    assert(run, "invoke before boot");
    assert(!run.desk.waiter, "invoke during an invocation");
    const { crew, desk } = run;
    if (run.exit && crew.present) return { kind: "exit", ...run.exit };
    const happening = nextHappening({ desk, exit: undefined }, this.#deps.clock, invocation.deadlineMs - this.#deps.clock.now());
    if (crew.present) desk.asked = Promise.withResolvers();
    run.settling = undefined;
    crew.invoke(invocation);
    run.conversation.ask(invocation);
    // One that was sent ahead can be done when its turn comes: then its answer has lain here for a turn of the event loop.
    const lay = !desk.waiter;
    if (run.exit) desk.waiter?.({ kind: "ended", exit: run.exit });
    const first = await happening;
    if (crew.present) run.settling = this.#settle(run, first, invocation.deadlineMs);
    else if (first.kind === "late") await kill(run);
    else if (first.kind === "replied" && first.reply.kind === "error" && first.reply.fatal) await this.#leave(run);
    run.hearing = first.kind === "replied" && !lay ? run.output.flush() : undefined;
    return outcomeOf(first);
  }

  get hearing(): Promise<void> | undefined {
    return this.#run?.hearing;
  }

  sendAhead(invocation: Invocation, first: boolean): boolean {
    const run = this.#run;
    // What a child process writes comes by the pipes, and only the turn of the loop after an answer tells whose it was.
    if (!run || run.exit || run.crew.present || run.output.piped || this.#spec.runtime.family !== "node") return false;
    return run.conversation.ahead?.send(invocation, first) ?? false;
  }

  flushAhead(): void {
    this.#run?.conversation.ahead?.flush();
  }

  recall(requestId: string, onReturned: () => void): void {
    this.#run?.conversation.ahead?.recall(requestId, onReturned);
  }

  get settling(): Settling | undefined {
    return this.#run?.settling;
  }

  memoryPeakBytes(): number {
    return this.#sandbox?.memoryPeakBytes() ?? 0;
  }

  async freeze(): Promise<void> {
    this.#run?.subscriptions.pause();
    await this.#sandbox?.freeze();
  }

  async thaw(): Promise<void> {
    await this.#sandbox?.thaw();
    this.#run?.subscriptions.resume();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const [run, sandbox] = [this.#run, this.#sandbox];
    this.#sandbox = undefined;
    try {
      // What still runs an event is ended in the middle of it.
      if (run?.crew.present && !run.exit && !run.desk.waiter) await shutDown(run, this.#deps.clock, run.desk.failure ? "failure" : "spindown");
      await sandbox?.[Symbol.asyncDispose]();
    } finally {
      if (run) await closeRun(run);
    }
  }

  /** What keeps the extensions from being started at all. */
  #flaw(): { readonly errorType: string; readonly message: string } | undefined {
    if (this.#extensions.length > EXTENSIONS_MAX) return { errorType: "Extension.TooManyExtensions", message: `Extension limit (${EXTENSIONS_MAX}) reached` };
    const flawed = this.#extensions.find(({ flaw }) => flaw !== undefined);
    if (!flawed?.flaw) return undefined;
    const errorType = flawed.flaw.endsWith("permission denied") ? "PermissionDenied" : "UnknownError";
    this.#spec.onEvent({ kind: "extension", name: flawed.name, state: "LaunchError", events: [], errorType });
    return { errorType: "Extension.LaunchError", message: flawed.flaw };
  }

  async #start(): Promise<Run> {
    const { clock } = this.#deps;
    if (this.#run) await closeRun(this.#run);
    const desk = newDesk();
    const crew = new Crew(this.#extensions.map(({ name }) => name), (failure) => {
      desk.failure = failure;
      if (desk.waiter) desk.waiter({ kind: "extension", failure });
      else run.announceDeath();
    });
    desk.onReady = () => crew.close();
    const subscriptions = openSubscriptions({
      hub: this.#spec.telemetry, clock, jsonLines: this.#spec.version.settings.logs.format === "JSON",
      onSubscribed: (name, api, types) => this.#spec.onEvent({ kind: "subscription", api, name, types }),
    });
    const daemon = this.#spec.version.settings.tracing && (await openXrayDaemon((document) => this.#spec.onEvent({ kind: "segment", document })));
    const api = await (this.#deps.apis?.take() ?? openSandboxApi());
    const conversation = this.#protocol.open(listenerAt(desk, clock), api, this.#spec);
    api.use(extensionRoute(crew, subscriptions, this.#spec.version));
    const launched = await this.#launch(conversation, api, crew, daemon);
    this.#sandbox = launched.sandbox;
    desk.sandbox = launched.sandbox;
    const { stdout, stderr, channel } = launched.sandbox;
    const output = readOutput({ stdout, stderr, frames: this.#protocol.channel === "log" ? channel : undefined }, (text) => this.#spec.onLog({ atMs: clock.now(), text }));
    const death = Promise.withResolvers<void>();
    const run: Run = {
      launched, output, api, conversation, crew, subscriptions, daemon, desk,
      exit: undefined,
      ended: launched.ended.then(async (exit) => await this.#end(run, exit)),
      announceDeath: death.resolve,
      died: death.promise,
      hearing: undefined,
      settling: undefined,
      closing: undefined,
    };
    this.#run = run;
    conversation.attach(launched.sandbox, output);
    launched.load();
    return run;
  }

  async #launch(conversation: Conversation, api: SandboxApi, crew: Crew, daemon: XrayDaemon | undefined): Promise<Launched> {
    const { channel } = this.#protocol;
    // What a function sets itself stays as it set it.
    const traces = without(daemon?.env ?? {}, this.#spec.version.settings.env);
    const env = { ...traces, AWS_LAMBDA_RUNTIME_API: api.address, ...conversation.env };
    const onExtensionExit = (name: string, exit: Pick<Exit, "code" | "signal">): void => crew.exited(name, exit);
    try {
      return await launch({ spec: this.#spec, argv: this.#argv, channel, env, extensions: this.#extensions, onExtensionExit, onSandboxEnd: () => crew.leaving() }, this.#sandbox, this.#deps);
    } catch (error) {
      await conversation[Symbol.asyncDispose]();
      await api[Symbol.asyncDispose]();
      await daemon?.[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** All extensions are there, then the runtime starts, then all wait for the first event; or what came in between. */
  async #open(run: Run, leftMs: () => number): Promise<Happening> {
    const { clock } = this.#deps;
    if (run.launched.supervised) {
      const trouble = await workOrTrouble(run, clock, leftMs(), run.crew.registered());
      if (trouble) return trouble;
      run.launched.startRuntime();
    }
    const first = await nextHappening(run, clock, leftMs(), run.desk.opening);
    this.#spec.onEvent({ kind: "initRuntimeDone", ...initEnd(first) });
    if (first.kind !== "opened" || first.opening.kind !== "ready" || !run.crew.present) return first;
    return (await workOrTrouble(run, clock, leftMs(), run.crew.ready())) ?? first;
  }

  /** The rest of an invocation with extensions: the answer is given, its time goes on. */
  #settle(run: Run, first: Happening, deadlineMs: number): Settling {
    const { clock } = this.#deps;
    const done = Promise.withResolvers<number | undefined>();
    void run.desk.asked?.promise.then(done.resolve);
    const untilOver = async (): Settling["over"] => {
      const answered = first.kind === "replied" && !(first.reply.kind === "error" && first.reply.fatal);
      const trouble = answered ? await workOrTrouble(run, clock, deadlineMs - clock.now(), Promise.all([done.promise, run.crew.settled()])) : first;
      const atMs = clock.monotonicMs();
      done.resolve(undefined);
      if (!trouble) {
        // What extensions said before they asked for the next event.
        await run.output.flush();
        return { atMs, failure: undefined };
      }
      await shutDown(run, clock, trouble.kind === "late" ? "timeout" : "failure");
      return { atMs, failure: outcomeOf(trouble) };
    };
    return { runtimeDone: done.promise, over: untilOver() };
  }

  /** The program has ended: deliver the rest of what it said, then tell whoever waits. */
  async #end(run: Run, exit: Exit): Promise<Exit> {
    // Beside extensions, which go on, the pipes stay open.
    if (run.launched.supervised) await run.output.flush();
    else await atMost(this.#deps.clock, DRAIN_MS_MAX, Promise.all([run.output.ended(), run.conversation.drained()]));
    run.exit = exit;
    if (run.desk.waiter) run.desk.waiter({ kind: "ended", exit });
    else run.announceDeath();
    return exit;
  }

  /** Lets a program that is about to end do so, so that its last words are heard; not for long. */
  async #leave(run: Run): Promise<void> {
    await atMost(this.#deps.clock, LEAVING_MS_MAX, run.ended);
    await kill(run);
  }
}

async function closeRun(run: Run): Promise<void> {
  run.subscriptions.close();
  await run.conversation[Symbol.asyncDispose]();
  await run.api[Symbol.asyncDispose]();
  await run.daemon?.[Symbol.asyncDispose]();
}
