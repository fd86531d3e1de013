// Boots runtimes with a debugger in them: Node's own inspector, or debugpy for Python.
import { execFile } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import { promisify } from "node:util";
import type { Development } from "../../functions/development.ts";
import type { FunctionSettings } from "../../functions/function.ts";
import type { HeartLimits } from "../../functions/heart-limits.ts";
import type { Clock } from "../../kernel/clock.ts";
import type { Runtime } from "../../ports/runtimes.ts";
import { UserError } from "../cli/user-error.ts";

const run = promisify(execFile);

export interface DebugRequest {
  /** Undefined: the usual port of the language's debugger. Several functions get this port and those after it. */
  readonly port: number | undefined;
  /** Nothing runs before a debugger has attached. */
  readonly wait: boolean;
}

/** Where to reach the debuggers, by function name. */
export type DebugPorts = ReadonlyMap<string, number>;

/** The ports that Node and debugpy listen on when nobody says otherwise. */
const usualPorts = { node: 9229, python: 5678 } as const;

/** A day: who looks at a breakpoint should not be timed out, frozen or put away. */
const patientMs = 24 * 3_600_000;

export const patientLimits: Partial<HeartLimits> = { initTimeoutMs: patientMs, freezeAfterMs: patientMs, evictAfterMs: patientMs, waitMsMax: patientMs };

export const patientSettings = (settings: FunctionSettings): FunctionSettings => ({ ...settings, timeoutMs: patientMs });

/** A UserError when a port is taken or a language can not be debugged. */
export async function debugPorts(functions: readonly { readonly name: string; readonly runtime: Runtime }[], { port }: DebugRequest): Promise<DebugPorts> {
  const ports = new Map<string, number>();
  for (const { name, runtime } of functions) {
    const { family } = runtime;
    if (family !== "node" && family !== "python") throw new UserError(`${name} runs on ${runtime.name}: --inspect is there for Node.js and Python only.`);
    const first = port ?? usualPorts[family];
    const taken = new Set(ports.values());
    let own = first;
    while (taken.has(own)) own++;
    if (!(await isFree(own))) throw new UserError(`Port ${own} is taken. Choose another for the debugger with --inspect PORT.`);
    if (family === "python") await debugpyFor(runtime);
    ports.set(name, own);
  }
  return ports;
}

/** `ended` ends the waiting for a port that an instance before still has. */
export function debugWith(ports: DebugPorts, { wait }: DebugRequest, clock: Clock, ended: AbortSignal): Pick<Development, "runtimeFor" | "isDebugged"> {
  return {
    isDebugged: ({ name }) => ports.has(name),
    runtimeFor: async ({ name }, runtime) => {
      const port = ports.get(name);
      if (port === undefined) return runtime;
      // The instance of the version before may be on its way out, or stand at a breakpoint.
      while (!(await isFree(port))) await clock.sleep(20, ended);
      return runtime.family === "python" ? pythonWith(runtime, await debugpyFor(runtime), port, wait) : nodeWith(runtime, port, wait);
    },
  };
}

/** How to get there, for a person. */
export const debugHint = (name: string, port: number, family: string): string =>
  family === "python"
    ? `${name}: debugpy listens on 127.0.0.1:${port}; attach your editor (remote root /var/task)`
    : `${name}: inspector on 127.0.0.1:${port}; open chrome://inspect or attach your editor (remote root /var/task)`;

function nodeWith(runtime: Runtime, port: number, wait: boolean): Runtime {
  const [node = "", ...rest] = runtime.argv;
  // --inspect-brk would stop in our wrapper's first line; older ones have nothing else.
  const flag = !wait ? "--inspect" : Number(runtime.version.split(".")[0]) >= 22 ? "--inspect-wait" : "--inspect-brk";
  return { ...runtime, argv: [node, `${flag}=127.0.0.1:${port}`, ...rest] };
}

/** What listens before the wrapper begins; its arguments are the port, 1 to wait, where debugpy lies, and the wrapper. */
const LISTEN = `
import os, runpy, sys
_, port, wait, where, wrapper = sys.argv
sys.path.append(where or os.environ["LAMBDA_TASK_ROOT"])
import debugpy
debugpy.listen(("127.0.0.1", int(port)))
if wait == "1": debugpy.wait_for_client()
sys.argv = [wrapper]
runpy.run_path(wrapper, run_name="__main__")
`;

function pythonWith(runtime: Runtime, parent: string, port: number, wait: boolean): Runtime {
  const wrapper = runtime.argv.at(-1) ?? "";
  const mounts = [...runtime.mounts, { source: parent, target: parent }];
  return { ...runtime, mounts, argv: [...runtime.argv.slice(0, -1), "-X", "frozen_modules=off", "-c", LISTEN, String(port), wait ? "1" : "0", parent, wrapper] };
}

/** The directory that holds debugpy, as the interpreter or the active virtual environment finds it. */
async function debugpyFor(runtime: Runtime): Promise<string> {
  const venv = process.env["VIRTUAL_ENV"];
  for (const python of [runtime.interpreter, ...(venv === undefined ? [] : [`${venv}/bin/python`])]) {
    const found = await run(python, ["-c", "import os, debugpy; print(os.path.dirname(os.path.dirname(os.path.realpath(debugpy.__file__))))"], { timeout: 10_000 }).catch(() => undefined);
    if (found) return found.stdout.trim();
  }
  throw new UserError(`debugpy can not be imported by ${runtime.interpreter}. Install it there, or in the active virtual environment: pip install debugpy`);
}

/** Whether a listener can have the port. */
async function isFree(port: number): Promise<boolean> {
  const server = createServer();
  try {
    server.listen(port, "127.0.0.1");
    await once(server, "listening");
    return true;
  } catch {
    return false;
  } finally {
    server.close();
  }
}
