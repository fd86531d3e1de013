// Starts a version's sandbox: the runtime alone in the usual case, or extensions first and the runtime after them under a supervising shell.
import { constants } from "node:os";
import { assert } from "../../kernel/fault.ts";
import { CONTROL_FD, type Exit, type Sandbox } from "../../ports/sandbox.ts";
import { forExtensions } from "../extensions/environment.ts";
import type { ExternalExtension } from "../extensions/find.ts";
import { superviseBy, supervisorArgv } from "../extensions/supervisor.ts";
import type { BootSpec, RunnerDeps } from "../runner.ts";
import type { StartSteps } from "../start-steps.ts";
import type { Protocol } from "./conversation.ts";
import { LOG_FD } from "./log-frames.ts";
import { pathsInside, programEnvironment, sandboxSpec } from "./sandbox-spec.ts";

/** Ours: how long after a SIGKILL that nobody here sent the sandbox may still tell that it was for memory. */
const VERDICT_MS_MAX = 150;

export interface Launched {
  readonly sandbox: Sandbox;
  readonly supervised: boolean;
  /** The runtime's end, or the whole sandbox's when that comes first. */
  readonly ended: Promise<Exit>;
  /** How the sandbox came to be, and how long that took. */
  readonly start: Pick<StartSteps, "kind" | "sandboxMs">;
  /** Lets a runtime go on that waited for a function; no-op for others. */
  load(): void;
  /** Starts the runtime once the extensions are there; without any it runs already. */
  startRuntime(): void;
  terminateRuntime(): Promise<void>;
  killRuntime(): void;
}

export interface LaunchPlan {
  readonly spec: BootSpec;
  readonly argv: readonly string[];
  readonly channel: Protocol["channel"];
  /** What the conversation adds to the environment, extensions' included. */
  readonly env: Readonly<Record<string, string>>;
  readonly extensions: readonly ExternalExtension[];
  readonly onExtensionExit: (name: string, exit: Pick<Exit, "code" | "signal">) => void;
  /** Told before the ends of the extensions, which are then nobody's fault. */
  readonly onSandboxEnd: () => void;
}

/** `former`: the sandbox of the run before, which has ended. Not in the plan, which lives as long as what was launched: each would hold the one before it, back to the first. */
export async function launch(plan: LaunchPlan, former: Sandbox | undefined, { sandboxes, clock, cells }: RunnerDeps): Promise<Launched> {
  const begunMs = clock.monotonicMs();
  const { spec, extensions, channel } = plan;
  const supervised = extensions.length > 0;
  const full = { ...programEnvironment(spec, sandboxes), ...plan.env, ...(channel === "log" ? { _LAMBDA_TELEMETRY_LOG_FD: String(LOG_FD) } : {}) };
  const argv = pathsInside(spec, sandboxes, plan.argv);
  const shared = forExtensions(full);
  const env = supervised ? forShell(shared) : full;
  const wanted = sandboxSpec(spec, sandboxes, { argv, env, channel: true, control: supervised });
  // A program started again in its own sandbox has a fresh one's boot.
  const cell = former || supervised || channel !== "frames" ? undefined : await cells?.take(wanted, spec);
  const sandbox = cell?.sandbox ?? (former ? await former.restart(env) : await sandboxes.start(supervised ? { ...wanted, argv: supervisorArgv(CONTROL_FD, sandboxes.hostProgram(wanted, "/bin/sh")) } : wanted));
  const start = { kind: cell ? "pool" : "fresh", sandboxMs: clock.monotonicMs() - begunMs } as const;
  if (!supervised) return { ...alone(sandbox), start, load: () => cell?.load() };

  assert(sandbox.control, "a supervised sandbox without its control");
  const runtime = Promise.withResolvers<Exit>();
  let killed = false;
  const supervisor = superviseBy({
    socket: sandbox.control, fd: CONTROL_FD, signalName,
    onLine: (_id, text) => spec.onLog({ atMs: clock.now(), text, source: "extension" }),
    onExit: (id, exit) => {
      const extension = extensions[Number(id.slice(1))];
      const tell = (): void => {
        if (id === "runtime") runtime.resolve({ ...exit, outOfMemory: false });
        else if (extension) plan.onExtensionExit(extension.name, exit);
      };
      // The supervisor sees a signal, only the sandbox knows what it was for.
      if (exit.signal === "SIGKILL" && !killed) clock.after(VERDICT_MS_MAX, tell);
      else tell();
    },
  });
  void sandbox.exited.then((exit) => {
    plan.onSandboxEnd();
    runtime.resolve(exit);
    for (const { name } of extensions) plan.onExtensionExit(name, exit);
  });
  for (const [index, { path }] of extensions.entries()) supervisor.startExtension({ id: `e${index}`, argv: pathsInside(spec, sandboxes, [path]), env: without(shared, env) });
  return {
    sandbox,
    supervised,
    start,
    load: () => {},
    ended: runtime.promise,
    startRuntime: () => supervisor.startRuntime({ id: "runtime", argv, env: without(full, env) }),
    terminateRuntime: async () => supervisor.signal("runtime", "TERM"),
    killRuntime: () => {
      killed = true;
      supervisor.signal("runtime", "KILL");
    },
  };
}

/** What acts on a program's loader is not for the shell, which may be another system's than the programs. */
const forShell = (env: Readonly<Record<string, string>>): Readonly<Record<string, string>> => Object.fromEntries(Object.entries(env).filter(([name]) => !name.startsWith("LD_")));

/** The variables that `others` has not. */
export const without = (env: Readonly<Record<string, string>>, others: Readonly<Record<string, string>>): Readonly<Record<string, string>> => Object.fromEntries(Object.entries(env).filter(([name]) => !(name in others)));

const alone = (sandbox: Sandbox): Omit<Launched, "start" | "load"> => ({
  sandbox,
  supervised: false,
  ended: sandbox.exited,
  startRuntime: () => {},
  terminateRuntime: () => sandbox.terminate(),
  // A failing kill shows in `exited`, which everything here waits for.
  killRuntime: () => void sandbox.kill().catch(() => {}),
});

const signalName = (number: number): string | undefined => Object.entries(constants.signals).find(([, value]) => value === number)?.[0];
