// Starts a version's sandbox: the runtime alone in the usual case, or extensions first and the runtime after them under a supervising shell.
import { constants } from "node:os";
import type { Clock } from "../../kernel/clock.ts";
import { limits } from "../../kernel/limits.ts";
import type { Exit, Sandbox, Sandboxes } from "../../ports/sandbox.ts";
import { forExtensions } from "../extensions/environment.ts";
import type { ExternalExtension } from "../extensions/find.ts";
import { EXTENSIONS_FD, SUPERVISOR_FD, superviseBy, supervisorArgv } from "../extensions/supervisor.ts";
import type { BootSpec } from "../runner.ts";
import { LOG_FD } from "./log-frames.ts";
import { OutputLines } from "./output-lines.ts";
import { pathsInside, programEnvironment, sandboxSpec } from "./sandbox-spec.ts";

/** Ours: how long after a SIGKILL that nobody here sent the sandbox may still tell that it was for memory. */
const VERDICT_MS_MAX = 150;

export interface Launched {
  readonly sandbox: Sandbox;
  readonly supervised: boolean;
  /** The runtime's end, or the whole sandbox's when that comes first. */
  readonly ended: Promise<Exit>;
  /** Starts the runtime once the extensions are there; without any it runs already. */
  startRuntime(): void;
  terminateRuntime(): Promise<void>;
  killRuntime(): void;
}

export interface LaunchPlan {
  readonly spec: BootSpec;
  readonly argv: readonly string[];
  readonly channel: boolean;
  readonly framedLog: boolean;
  /** What the conversation adds to the environment, extensions' included. */
  readonly env: Readonly<Record<string, string>>;
  readonly extensions: readonly ExternalExtension[];
  /** The sandbox of the run before, which has ended. */
  readonly former: Sandbox | undefined;
  readonly onExtensionExit: (name: string, exit: Pick<Exit, "code" | "signal">) => void;
  /** Told before the ends of the extensions, which are then nobody's fault. */
  readonly onSandboxEnd: () => void;
}

export async function launch(plan: LaunchPlan, { sandboxes, clock }: { readonly sandboxes: Sandboxes; readonly clock: Clock }): Promise<Launched> {
  const { spec, extensions, framedLog, channel, former } = plan;
  const supervised = extensions.length > 0;
  const full = { ...programEnvironment(spec, sandboxes), ...plan.env, ...(framedLog ? { _LAMBDA_TELEMETRY_LOG_FD: String(LOG_FD) } : {}) };
  const argv = pathsInside(spec, sandboxes, plan.argv);
  const env = supervised ? forExtensions(full) : full;
  const sockets = [...(framedLog ? [LOG_FD] : []), ...(supervised ? [SUPERVISOR_FD, EXTENSIONS_FD] : [])];
  const sandbox = former ? await former.restart(env) : await sandboxes.start(sandboxSpec(spec, sandboxes, { argv: supervised ? supervisorArgv : argv, env, channel, sockets }));
  if (!supervised) return alone(sandbox);

  const control = sandbox.sockets.get(SUPERVISOR_FD);
  if (!control) throw new Error("bug: a supervised sandbox without its socket");
  const lines = new OutputLines(limits.functions.logLineBytesMax, (text) => spec.onLog({ atMs: clock.now(), text, source: "extension" }));
  sandbox.sockets.get(EXTENSIONS_FD)?.on("data", (chunk: Buffer) => lines.push(chunk));
  const runtime = Promise.withResolvers<Exit>();
  let killed = false;
  const supervisor = superviseBy(
    control,
    (id, exit) => {
      const extension = extensions[Number(id.slice(1))];
      const tell = (): void => {
        if (id === "runtime") runtime.resolve({ ...exit, outOfMemory: false });
        else if (extension) plan.onExtensionExit(extension.name, exit);
      };
      // The supervisor sees a signal, only the sandbox knows what it was for.
      if (exit.signal === "SIGKILL" && !killed) clock.after(VERDICT_MS_MAX, tell);
      else tell();
    },
    signalName,
  );
  void sandbox.exited.then((exit) => {
    lines.flush();
    plan.onSandboxEnd();
    runtime.resolve(exit);
    for (const { name } of extensions) plan.onExtensionExit(name, exit);
  });
  for (const [index, { path }] of extensions.entries()) supervisor.start({ id: `e${index}`, argv: pathsInside(spec, sandboxes, [path]), env: {}, speaksAs: "extension" });
  const own = Object.fromEntries(Object.entries(full).filter(([name]) => !(name in env)));
  return {
    sandbox,
    supervised,
    ended: runtime.promise,
    startRuntime: () => supervisor.start({ id: "runtime", argv, env: own, speaksAs: "runtime" }),
    terminateRuntime: async () => supervisor.signal("runtime", "TERM"),
    killRuntime: () => {
      killed = true;
      supervisor.signal("runtime", "KILL");
    },
  };
}

const alone = (sandbox: Sandbox): Launched => ({
  sandbox,
  supervised: false,
  ended: sandbox.exited,
  startRuntime: () => {},
  terminateRuntime: () => sandbox.terminate(),
  // A failing kill shows in `exited`, which everything here waits for.
  killRuntime: () => void sandbox.kill().catch(() => {}),
});

const signalName = (number: number): string | undefined => Object.entries(constants.signals).find(([, value]) => value === number)?.[0];
