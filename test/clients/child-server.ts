// Starts Fugaz as a program of its own, so that a test can kill it.
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { join } from "node:path";

const root = join(import.meta.dirname, "../..");

export interface ChildServer extends AsyncDisposable {
  readonly endpoint: string;
  /** At once and without a chance to tidy up. */
  kill(): void;
}

/** Resolves when it says that it is ready; disposing ends it in order. */
export async function startServer(dataDir: string): Promise<ChildServer> {
  const child = spawn(process.execPath, [join(root, "bin/fugaz.js"), "start", "--port", "0", "--data-dir", dataDir, "--log-level", "warn"], { stdio: ["ignore", "pipe", "inherit"] });
  for await (const line of createInterface({ input: child.stdout })) {
    const endpoint = /^Fugaz is ready at (\S+)$/.exec(line)?.[1];
    if (endpoint) return { endpoint, kill: () => void child.kill("SIGKILL"), [Symbol.asyncDispose]: () => end(child) };
  }
  throw new Error("Fugaz did not start");
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill("SIGTERM");
  await once(child, "exit");
}
