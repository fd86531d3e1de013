// Lets runner tests boot real programs with real interpreters in plain child processes; the sandboxes have their own tests.
import { defaultQuotas } from "../src/kernel/quotas.ts";
import { spawn, type ChildProcess } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { Duplex, Readable } from "node:stream";
import type { Runtime } from "../src/ports/runtimes.ts";
import { CONTROL_FD, type Exit, type Mount, type Sandbox, type Sandboxes, type SandboxSpec } from "../src/ports/sandbox.ts";
import type { Clock } from "../src/kernel/clock.ts";
import type { Boot, BootSpec, Invocation, LogLine, Outcome, RunnerDeps, RunnerEvent, RunningInstance } from "../src/functions/runner.ts";
import { telemetryHub, type TelemetryHub } from "../src/functions/telemetry/hub.ts";
import { runnerFor } from "../src/functions/runners/runner-for.ts";

const RUNTIMES = join(import.meta.dirname, "../runtimes");
const INIT_MS = 10_000;

const machineClock: Clock = {
  now: () => Date.now(),
  monotonicMs: () => performance.now(),
  sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
  after: (ms, task) => {
    const timer = setTimeout(task, ms);
    return () => clearTimeout(timer);
  },
};

/** Sandboxes that isolate nothing. */
function plainSandboxes(): Sandboxes {
  const start = async (spec: SandboxSpec): Promise<Sandbox> => new PlainSandbox(spec, spec.env);
  const none = "none";
  return {
    report: {
      kind: "process",
      level: 0,
      enforced: { memory: none, cpu: none, processes: none, tmp: none, filesystem: none, user: none, syscalls: none, network: none, freeze: none },
      warnings: [],
    },
    start,
    shelf: undefined,
    pathOf: (_id, mounts, target) => hostPath(mounts, target),
    hostProgram: (_spec, path) => [path],
    [Symbol.asyncDispose]: async () => {},
  };
}

const hostPath = (mounts: readonly Mount[], path: string): string => {
  const mount = mounts.find(({ target }) => path === target || path.startsWith(`${target}/`));
  return mount ? mount.source + path.slice(mount.target.length) : path;
};

class PlainSandbox implements Sandbox {
  readonly id: string;
  readonly stdout: Readable;
  readonly stderr: Readable;
  readonly channel: Duplex | undefined;
  readonly control: Duplex | undefined;
  readonly exited: Promise<Exit>;
  readonly #spec: SandboxSpec;
  readonly #child: ChildProcess;

  constructor(spec: SandboxSpec, env: Readonly<Record<string, string>>) {
    this.id = spec.id;
    this.#spec = spec;
    const [program = "", ...args] = spec.argv;
    this.#child = spawn(program, args, { env: { ...env }, cwd: spec.cwd, detached: true, stdio: ["ignore", "pipe", "pipe", spec.channel ? "pipe" : "ignore", "ignore", "ignore", "ignore", "ignore", spec.control ? "pipe" : "ignore"] });
    this.stdout = this.#child.stdio[1] as Readable;
    this.stderr = this.#child.stdio[2] as Readable;
    this.channel = spec.channel ? (this.#child.stdio[3] as Duplex) : undefined;
    this.control = spec.control ? ((this.#child.stdio as unknown[])[CONTROL_FD] as Duplex) : undefined;
    for (const socket of [this.channel, this.control]) socket?.on("error", () => {});
    this.exited = new Promise((resolve) => {
      const end = (code: number | null, signal: string | null): void => resolve({ code: code ?? undefined, signal: signal ?? undefined, outOfMemory: false });
      this.#child.once("exit", end);
      this.#child.once("error", () => end(1, null));
    });
  }

  settle(): void {}

  async become(): Promise<void> {
    throw new Error("nothing is vacant here");
  }

  memoryPeakBytes(): number {
    return 1;
  }

  async freeze(): Promise<void> {
    this.#signal("SIGSTOP");
  }

  async thaw(): Promise<void> {
    this.#signal("SIGCONT");
  }

  async terminate(): Promise<void> {
    this.#child.kill("SIGTERM");
  }

  async kill(): Promise<void> {
    this.#signal("SIGKILL");
    await this.exited;
  }

  async restart(env: Readonly<Record<string, string>>): Promise<Sandbox> {
    return new PlainSandbox(this.#spec, env);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
  }

  #signal(signal: NodeJS.Signals): void {
    try {
      if (this.#child.pid) process.kill(-this.#child.pid, signal);
    } catch {
      // The group has ended already.
    }
  }
}

/** An interpreter as a Runtime. */
export const nodeRuntime = (interpreter = process.execPath, name = "nodejs22.x"): Runtime => runtimeOf("node", name, interpreter, [interpreter, "/var/runtime/bootstrap.mjs"]);

export const pythonRuntime = (interpreter: string, name = "python3.11"): Runtime =>
  runtimeOf("python", name, interpreter, [interpreter, "-S", "/var/runtime/bootstrap.py"]);

export const rubyRuntime = (interpreter: string, name = "ruby3.3"): Runtime => runtimeOf("ruby", name, interpreter, [interpreter, "/var/runtime/bootstrap.rb"]);

export const python2Runtime = (interpreter: string): Runtime => ({ ...runtimeOf("python", "python2.7", interpreter, [interpreter, "/var/runtime/bootstrap.py"]), mounts: [{ source: join(RUNTIMES, "python2"), target: "/var/runtime" }] });

export const goRuntime: Runtime = runtimeOf("go", "go1.x", "", []);

export const providedRuntime: Runtime = runtimeOf("provided", "provided.al2023", "", []);

function runtimeOf(family: Runtime["family"], name: string, interpreter: string, argv: readonly string[]): Runtime {
  const mounts = family === "node" || family === "python" || family === "ruby" ? [{ source: join(RUNTIMES, family), target: "/var/runtime" }] : [];
  return { name, family, version: "", exact: true, origin: "machine", interpreter, mounts, argv, env: {} };
}

/** Interpreters of this machine: the first of these that exist. */
export const python = ["/usr/bin/python3", "/usr/local/bin/python3", ...(process.env["PATH"] ?? "").split(":").map((at) => join(at, "python3"))].find((file) => existsSync(file));

export interface Booted {
  readonly boot: Boot;
  /** Of the function. */
  readonly logs: string[];
  /** Of extensions. */
  readonly extensionLogs: string[];
  readonly events: RunnerEvent[];
  readonly telemetry: TelemetryHub;
  invoke(event: unknown, options?: Partial<Invocation>): Promise<Outcome>;
  instance(): RunningInstance;
  [Symbol.asyncDispose](): Promise<void>;
}

let sequence = 0;

/** Name to content. */
type Files = Readonly<Record<string, string | Uint8Array>>;

/** Unpacks `files` (name to content; mode 755), boots them, and offers shorthand. */
export async function bootFunction(
  runtime: Runtime,
  handler: string,
  files: Files,
  options: { readonly env?: Readonly<Record<string, string>>; readonly initTimeoutMs?: number; readonly mode?: number; readonly opt?: Files } = {},
): Promise<Booted> {
  const codeDir = await unpacked(files, options.mode);
  const opt = options.opt && (await unpacked(options.opt, options.mode));
  const logs: string[] = [];
  const extensionLogs: string[] = [];
  const events: RunnerEvent[] = [];
  const telemetry = telemetryHub();
  telemetry.open();
  const onLog = ({ text, source }: LogLine): void => void (source === "extension" ? extensionLogs : logs).push(text);
  const spec: BootSpec = { id: `t${sequence++}`, version: fixedVersion(runtime.name, handler), runtime, codeDir, responseBytesMax: defaultQuotas.syncResponseBytesMax, ...(opt === undefined ? {} : { opt }), env: { ...environment(runtime, handler), ...options.env }, onLog, onEvent: (event) => events.push(event), telemetry };
  const deps: RunnerDeps = { sandboxes: plainSandboxes(), clock: machineClock };
  const boot = await runnerFor(runtime.family)(spec, deps, options.initTimeoutMs ?? INIT_MS);
  const instance = (): RunningInstance => {
    if (boot.kind === "ready") return boot.instance;
    throw new Error(`did not boot: ${boot.kind} ${"payload" in boot ? Buffer.from(boot.payload).toString() : JSON.stringify(boot)} ${logs.join("\n")}`);
  };
  return {
    boot,
    logs, extensionLogs, events, telemetry,
    instance,
    invoke: async (event, given) => {
      const outcome = await instance().invoke(invocation(event, given));
      await instance().hearing;
      return outcome;
    },
    [Symbol.asyncDispose]: async () => {
      if (boot.kind === "ready") await boot.instance[Symbol.asyncDispose]();
      for (const dir of [codeDir, opt]) if (dir !== undefined) await rm(dir, { recursive: true, force: true });
    },
  };
}

async function unpacked(files: Files, mode = 0o755): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), "fugaz-runner-"));
  for (const [name, content] of Object.entries(files)) {
    const file = join(dir, name);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, content, { mode });
  }
  return dir;
}

export function invocation(event: unknown, given: Partial<Invocation> = {}): Invocation {
  return {
    requestId: `00000000-0000-4000-8000-${String(sequence++).padStart(12, "0")}`,
    invokedArn: "arn:aws:lambda:us-east-1:000000000000:function:f",
    deadlineMs: Date.now() + 10_000,
    payload: Buffer.from(JSON.stringify(event)),
    clientContext: undefined,
    traceId: undefined,
    ...given,
  };
}

/** The answer as JSON; throws with the whole outcome otherwise. */
export function answer(outcome: Outcome): unknown {
  if (outcome.kind !== "answer") throw new Error(`not an answer: ${show(outcome)}`);
  return JSON.parse(Buffer.from(outcome.payload).toString());
}

/** The reported error's payload as JSON, of an outcome or a boot. */
export function failure(outcome: Outcome | Boot): Record<string, unknown> {
  if (outcome.kind !== "error") throw new Error(`not an error: ${show(outcome)}`);
  return JSON.parse(Buffer.from(outcome.payload).toString()) as Record<string, unknown>;
}

const show = (outcome: Outcome | Boot): string => `${JSON.stringify({ ...outcome, instance: undefined, payload: undefined })} ${"payload" in outcome ? Buffer.from(outcome.payload).toString().slice(0, 2000) : ""}`;

function environment(runtime: Runtime, handler: string): Record<string, string> {
  const base = {
    _HANDLER: handler,
    AWS_LAMBDA_FUNCTION_NAME: "f",
    AWS_LAMBDA_FUNCTION_VERSION: "$LATEST",
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: "128",
    AWS_LAMBDA_LOG_GROUP_NAME: "/aws/lambda/f",
    AWS_LAMBDA_LOG_STREAM_NAME: "2026/01/01/[$LATEST]00000000000000000000000000000000",
    AWS_REGION: "us-east-1",
    LANG: "en_US.UTF-8",
    TZ: ":UTC",
    PATH: "/usr/local/bin:/usr/bin:/bin",
  };
  return runtime.family === "provided" ? base : { ...base, AWS_EXECUTION_ENV: `AWS_Lambda_${runtime.name}` };
}

/** A version that no registry knows. */
export function fixedVersion(runtime: string, handler: string): BootSpec["version"] {
  return {
    account: "000000000000",
    region: "us-east-1",
    id: "v",
    name: "f",
    version: "$LATEST",
    code: { blobId: "", sha256: "", sizeBytes: 0, unpackedBytes: 0 },
    modifiedMs: 0,
    settings: {
      dialect: "aws",
      description: "",
      runtime,
      handler,
      role: "",
      memoryMb: 128,
      timeoutMs: 3000,
      tmpMb: 512,
      env: {},
      architecture: "x86_64",
      logs: { group: "/aws/lambda/f", format: "Text", applicationLevel: undefined, systemLevel: undefined },
      layers: [],
    },
  };
}
