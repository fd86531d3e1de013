// The life of one instance, whatever the protocol: boot, one event at a time, deadlines, ends, a new start in the same sandbox.
import { assert } from "../../kernel/fault.ts";
import type { Exit, Sandbox } from "../../ports/sandbox.ts";
import type { Boot, BootSpec, Invocation, Outcome, Runner, RunnerDeps, RunningInstance } from "../runner.ts";
import type { Conversation, Listener, Opening, Protocol, Reply } from "./conversation.ts";
import { readOutput, type ProgramOutput } from "./program-output.ts";
import { programEnvironment, sandboxSpec } from "./sandbox-spec.ts";

/** Ours: how long a program may take to end by itself after it said that it will. */
const LEAVING_MS_MAX = 1000;
/** Ours: how long a program that closed its channel may take to end by itself; killing it at once would hide its exit code. */
const UNREACHABLE_MS_MAX = 250;
/** Ours: how long output is awaited after the end; only a process that escaped the sandbox's end could hold it open. */
const DRAIN_MS_MAX = 500;

/** Makes a Runner of a protocol. */
export const instanceRunner =
  (protocol: Protocol): Runner =>
  async (spec, deps, initTimeoutMs) => {
    const entry = await protocol.entrypoint(spec);
    if ("missing" in entry) return { kind: "no-entrypoint", reason: entry.missing };
    const instance = new Instance(protocol, spec, deps, entry.argv);
    let boot: Boot | undefined;
    try {
      boot = await instance.boot(initTimeoutMs);
      return boot;
    } finally {
      if (boot?.kind !== "ready") await instance[Symbol.asyncDispose]();
    }
  };

/** One start of the program, from its boot to its end. */
interface Run {
  readonly sandbox: Sandbox;
  readonly output: ProgramOutput;
  readonly conversation: Conversation;
  readonly desk: Desk;
  /** Set when the program has ended and all it said is delivered. */
  exit: Exit | undefined;
  readonly ended: Promise<Exit>;
  readonly announceDeath: () => void;
  readonly died: Promise<void>;
}

/** Where what the program does meets who waits for it: the boot first, then one invocation at a time. */
interface Desk {
  waiter: ((event: Happening) => void) | undefined;
  /** The program may be ready before anybody waits; only its first word about its start counts. */
  opening: Opening | undefined;
  sandbox: Sandbox | undefined;
}

type Happening = { readonly kind: "opened"; readonly opening: Opening } | { readonly kind: "replied"; readonly reply: Reply } | { readonly kind: "ended"; readonly exit: Exit } | { readonly kind: "late" };

class Instance implements RunningInstance {
  readonly #protocol: Protocol;
  readonly #spec: BootSpec;
  readonly #deps: RunnerDeps;
  readonly #argv: readonly string[];
  #sandbox: Sandbox | undefined;
  #run: Run | undefined;

  constructor(protocol: Protocol, spec: BootSpec, deps: RunnerDeps, argv: readonly string[]) {
    this.#protocol = protocol;
    this.#spec = spec;
    this.#deps = deps;
    this.#argv = argv;
  }

  get died(): Promise<void> {
    return this.#run?.died ?? Promise.resolve();
  }

  async boot(initTimeoutMs: number): Promise<Boot> {
    const { clock } = this.#deps;
    const startedMs = clock.monotonicMs();
    const run = await this.#start();
    const first = await this.#wait(run, startedMs + initTimeoutMs - clock.monotonicMs(), run.desk.opening);
    const initMs = clock.monotonicMs() - startedMs;
    if (first.kind === "opened") {
      if (first.opening.kind === "ready") {
        run.sandbox.settle();
        return { kind: "ready", instance: this, initMs };
      }
      await this.#leave(run);
      return { ...first.opening, initMs };
    }
    if (first.kind === "ended") return { kind: "exit", ...first.exit, initMs };
    await this.#kill(run);
    return { kind: "timeout", initMs };
  }

  async revive(initTimeoutMs: number): Promise<Boot> {
    if (this.#run) await this.#kill(this.#run);
    return await this.boot(initTimeoutMs);
  }

  async invoke(invocation: Invocation): Promise<Outcome> {
    const run = this.#run;
    assert(run, "invoke before boot");
    assert(!run.desk.waiter, "invoke during an invocation");
    if (run.exit) return { kind: "exit", ...run.exit };
    const happening = this.#wait(run, invocation.deadlineMs - this.#deps.clock.now());
    run.conversation.ask(invocation);
    const first = await happening;
    if (first.kind === "replied") {
      if (first.reply.kind === "error" && first.reply.fatal) await this.#leave(run);
      else await run.output.flush();
      return first.reply;
    }
    if (first.kind === "ended") return { kind: "exit", ...first.exit };
    await this.#kill(run);
    return { kind: "timeout" };
  }

  async memoryPeakBytes(): Promise<number> {
    return (await this.#sandbox?.memoryPeakBytes()) ?? 0;
  }

  async freeze(): Promise<void> {
    await this.#sandbox?.freeze();
  }

  async thaw(): Promise<void> {
    await this.#sandbox?.thaw();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const [run, sandbox] = [this.#run, this.#sandbox];
    this.#sandbox = undefined;
    try {
      await sandbox?.[Symbol.asyncDispose]();
    } finally {
      await run?.conversation[Symbol.asyncDispose]();
    }
  }

  async #start(): Promise<Run> {
    await this.#run?.conversation[Symbol.asyncDispose]();
    const desk: Desk = { waiter: undefined, opening: undefined, sandbox: undefined };
    const conversation = await this.#protocol.open(this.#listen(desk));
    const sandbox = await this.#startSandbox(conversation);
    this.#sandbox = sandbox;
    desk.sandbox = sandbox;
    const output = readOutput(sandbox, (text) => this.#spec.onLog({ atMs: this.#deps.clock.now(), text }));
    const death = Promise.withResolvers<void>();
    const run: Run = {
      sandbox,
      output,
      conversation,
      desk,
      exit: undefined,
      ended: sandbox.exited.then(async (exit) => await this.#end(run, exit)),
      announceDeath: death.resolve,
      died: death.promise,
    };
    this.#run = run;
    conversation.attach(sandbox, output);
    return run;
  }

  #listen(desk: Desk): Listener {
    // A failing kill shows in `exited`, which everything here waits for.
    const end = (): void => void desk.sandbox?.kill().catch(() => {});
    return {
      opened: (opening) => {
        if (desk.opening) return;
        desk.opening = opening;
        desk.waiter?.({ kind: "opened", opening });
      },
      replied: (reply) => desk.waiter?.({ kind: "replied", reply }),
      broken: end,
      unreachable: () => void this.#deps.clock.after(UNREACHABLE_MS_MAX, end),
    };
  }

  async #startSandbox(conversation: Conversation): Promise<Sandbox> {
    const { sandboxes } = this.#deps;
    try {
      if (this.#sandbox) return await this.#sandbox.restart({ ...programEnvironment(this.#spec, sandboxes), ...conversation.env });
      return await sandboxes.start(sandboxSpec(this.#spec, sandboxes, this.#argv, conversation.env, this.#protocol.channel));
    } catch (error) {
      await conversation[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** The program has ended: deliver the rest of what it said, then tell whoever waits. */
  async #end(run: Run, exit: Exit): Promise<Exit> {
    await this.#atMost(DRAIN_MS_MAX, Promise.all([run.output.ended(), run.conversation.drained()]));
    run.exit = exit;
    if (run.desk.waiter) run.desk.waiter({ kind: "ended", exit });
    else run.announceDeath();
    return exit;
  }

  /** The next thing that happens to the run; at the latest, `late` after `ms`. */
  #wait({ desk, exit }: Run, ms: number, missed?: Opening): Promise<Happening> {
    return new Promise((resolve) => {
      const cancel = this.#deps.clock.after(Math.max(0, ms), () => settle({ kind: "late" }));
      const settle = (happening: Happening): void => {
        desk.waiter = undefined;
        cancel();
        resolve(happening);
      };
      desk.waiter = settle;
      if (missed) settle({ kind: "opened", opening: missed });
      else if (exit) settle({ kind: "ended", exit });
    });
  }

  /** Lets a program that is about to end do so, so that its last words are heard; not for long. */
  async #leave(run: Run): Promise<void> {
    await this.#atMost(LEAVING_MS_MAX, run.ended);
    await this.#kill(run);
  }

  async #kill(run: Run): Promise<void> {
    await run.sandbox.kill();
    await run.ended;
  }

  async #atMost(ms: number, work: Promise<unknown>): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      const cancel = this.#deps.clock.after(ms, resolve);
      void work.then(() => resolve(), reject).finally(cancel);
    });
  }
}
