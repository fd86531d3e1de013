// Runs `fugaz start` as a child, as a person would in another terminal.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { projectDir } from "../version.ts";
import { systemClock } from "../system-clock.ts";
import { UserError } from "./user-error.ts";

export interface ChildServer {
  readonly endpoint: string;
  readonly startMs: number;
  readonly pid: number;
  /** SIGTERM, then waits for the end; rejects when the exit code is not 0. */
  stop(): Promise<void>;
}

/** Resolves when the child says it is ready. `nodeFlags`: for the Node that runs it. */
export async function startChild(flags: readonly string[], nodeFlags: readonly string[] = []): Promise<ChildServer> {
  const began = systemClock.monotonicMs();
  const child = spawn(process.execPath, [...nodeFlags, fileURLToPath(new URL("bin/fugaz.js", projectDir)), "start", "--port", "0", "--log-level", "warn", ...flags], {
    stdio: ["ignore", "pipe", "pipe"],
    // In a group of its own: a Ctrl-C in the terminal is ours to hear, and the child's end is asked for once.
    detached: true,
  });
  let errors = "";
  child.stderr.on("data", (chunk: Buffer) => {
    errors = (errors + chunk.toString()).slice(-8192);
  });
  const exited = once(child, "exit");
  for await (const line of createInterface({ input: child.stdout })) {
    const endpoint = /^Fugaz is ready at (\S+)$/.exec(line)?.[1];
    if (endpoint === undefined) continue;
    child.stdout.resume();
    return {
      endpoint,
      startMs: systemClock.monotonicMs() - began,
      pid: child.pid ?? 0,
      stop: async () => {
        child.kill("SIGTERM");
        const [code] = await exited;
        if (code !== 0) throw new UserError(`Fugaz did not stop cleanly (exit code ${String(code)}):\n${errors}`);
      },
    };
  }
  throw new UserError(`Fugaz did not start:\n${errors}`);
}
